/// What decides between the readings of a character.
///
/// Only what company, person and place names are made of; a character in any other word keeps all
/// of its readings, so a word is worth a line here if its reading would else sort a name wrongly.
enum PinyinWords {
    /// Characters whose reading depends on the word, the likeliest in names first.
    static let heteronyms = """
        长 chang zhang
        重 zhong chong
        行 xing hang
        乐 le yue
        单 dan shan
        曾 zeng ceng
        解 jie xie
        厦 sha xia
        都 du dou
        调 tiao diao
        朝 chao zhao
        传 chuan zhuan
        参 can shen
        藏 cang zang
        降 jiang xiang
        校 xiao jiao
        角 jiao jue
        还 huan hai
        宿 su xiu
        盛 sheng cheng
        沈 shen chen
        仇 chou qiu
        朴 pu piao
        区 qu ou
        查 cha zha
        盖 gai ge
        翟 zhai di
        缪 miao mou
        覃 qin tan
        尉 wei yu
        蔚 wei yu
        柏 bai bo
        薄 bo bao
        夹 jia ga
        贾 jia gu
        劲 jin jing
        觉 jue jiao
        卡 ka qia
        壳 ke qiao
        勒 le lei
        了 liao le
        六 liu lu
        陆 lu liu
        率 lv shuai
        落 luo la
        脉 mai mo
        秘 mi bi
        蔓 man wan
        模 mo mu
        粘 zhan nian
        弄 nong long
        娜 na nuo
        那 na nuo
        哪 na ne
        屏 ping bing
        迫 po pai
        铅 qian yan
        纤 xian qian
        茄 qie jia
        塞 sai se
        拓 tuo ta
        巷 xiang hang
        削 xiao xue
        血 xue xie
        叶 ye xie
        钥 yao yue
        轧 zha ya
        折 zhe she
        着 zhe zhuo
        种 zhong chong
        爪 zhua zhao
        阿 a e
        堡 bao bu pu
        扁 bian pian
        卜 bu bo
        埔 pu bu
        刹 cha sha
        差 cha chai
        禅 chan shan
        称 cheng chen
        澄 cheng deng
        乘 cheng sheng
        匙 chi shi
        畜 chu xu
        弹 dan tan
        囤 tun dun
        番 fan pan
        脯 fu pu
        给 gei ji
        莞 guan wan
        龟 gui jun
        柜 gui ju
        桧 gui hui
        虾 xia ha
        核 he hu
        圩 xu wei
        涡 wo guo
        蚌 bang beng
        仔 zai zi
        伽 jia ga qie
        咖 ka ga
        荠 ji qi
        泊 bo po
        泌 mi bi
        浚 jun xun
        莘 xin shen
        陂 bei pi
        筠 yun jun
        郇 xun huan
        隗 wei kui
        祭 ji zhai
        黑 hei he
        宓 mi fu
        洗 xi xian
        牟 mou mu
        嘏 gu jia
        晟 sheng cheng
        炅 jiong gui
        骠 biao piao
        姥 lao mu
        殷 yin yan
        琢 zhuo zuo
        咽 yan ye
        烙 lao luo
        络 luo lao
        露 lu lou
        绰 chuo chao
        焯 zhuo chao
        芥 jie gai
        茜 qian xi
        葚 shen ren
        椹 shen zhen
        槟 bin bing
        桔 ju jie
        柞 zuo zha
        栎 li yue
        栖 qi xi
        """

    /// Words in which such a character has one reading.
    static let words = """
        重庆 chong qing
        重阳 chong yang
        重叠 chong die
        重复 chong fu
        重启 chong qi
        重生 chong sheng
        重建 chong jian
        重塑 chong su
        九重 jiu chong
        重工 zhong gong
        重型 zhong xing
        重要 zhong yao
        重量 zhong liang
        重机 zhong ji
        重汽 zhong qi
        重点 zhong dian
        载重 zai zhong
        起重 qi zhong
        长沙 chang sha
        长江 chang jiang
        长城 chang cheng
        长安 chang an
        长春 chang chun
        长虹 chang hong
        长三角 chang san jiao
        长远 chang yuan
        长治 chang zhi
        长兴 chang xing
        长宁 chang ning
        长乐 chang le
        长荣 chang rong
        长飞 chang fei
        长青 chang qing
        长丰 chang feng
        长葛 chang ge
        长阳 chang yang
        长白山 chang bai shan
        长子县 zhang zi xian
        长孙 zhang sun
        成长 cheng zhang
        生长 sheng zhang
        增长 zeng zhang
        校长 xiao zhang
        院长 yuan zhang
        部长 bu zhang
        局长 ju zhang
        处长 chu zhang
        科长 ke zhang
        店长 dian zhang
        厂长 chang zhang
        董事长 dong shi zhang
        会长 hui zhang
        行长 hang zhang
        家长 jia zhang
        队长 dui zhang
        学长 xue zhang
        长大 zhang da
        银行 yin hang
        商行 shang hang
        洋行 yang hang
        车行 che hang
        琴行 qin hang
        茶行 cha hang
        米行 mi hang
        花行 hua hang
        分行 fen hang
        支行 zhi hang
        总行 zong hang
        央行 yang hang
        投行 tou hang
        农行 nong hang
        工行 gong hang
        建行 jian hang
        中行 zhong hang
        交行 jiao hang
        招行 zhao hang
        同行 tong hang
        行业 hang ye
        行情 hang qing
        行家 hang jia
        行政 xing zheng
        行动 xing dong
        行者 xing zhe
        行知 xing zhi
        旅行 lv xing
        出行 chu xing
        远行 yuan xing
        执行 zhi xing
        发行 fa xing
        音乐 yin yue
        乐器 yue qi
        乐团 yue tuan
        乐队 yue dui
        声乐 sheng yue
        民乐 min yue
        乐清 yue qing
        乐亭 lao ting
        乐陵 lao ling
        乐山 le shan
        乐平 le ping
        乐东 le dong
        乐昌 le chang
        乐视 le shi
        乐高 le gao
        乐园 le yuan
        快乐 kuai le
        娱乐 yu le
        欢乐 huan le
        可乐 ke le
        永乐 yong le
        厦门 xia men
        大厦 da sha
        广厦 guang sha
        成都 cheng du
        都江堰 du jiang yan
        首都 shou du
        都市 du shi
        都匀 du yun
        空调 kong tiao
        调味 tiao wei
        调节 tiao jie
        调料 tiao liao
        调查 diao cha
        调研 diao yan
        调度 diao du
        朝阳 chao yang
        朝鲜 chao xian
        朝晖 zhao hui
        朝霞 zhao xia
        传记 zhuan ji
        传媒 chuan mei
        传动 chuan dong
        传感 chuan gan
        人参 ren shen
        海参 hai shen
        参茸 shen rong
        参谋 can mou
        西藏 xi zang
        藏族 zang zu
        藏药 zang yao
        会计 kuai ji
        会稽 kuai ji
        会展 hui zhan
        校准 jiao zhun
        学校 xue xiao
        角色 jue se
        三角 san jiao
        归还 gui huan
        宿迁 su qian
        宿州 su zhou
        盛大 sheng da
        石家庄 shi jia zhuang
        沈阳 shen yang
        社区 she qu
        园区 yuan qu
        新区 xin qu
        检查 jian cha
        蔚来 wei lai
        蔚蓝 wei lan
        蔚县 yu xian
        尉迟 yu chi
        尉犁 yu li
        汽车 qi che
        柏林 bo lin
        方便 fang bian
        便利 bian li
        便民 bian min
        便宜 pian yi
        系统 xi tong
        强大 qiang da
        卡车 ka che
        关卡 guan qia
        外壳 wai ke
        勒泰 le tai
        了解 liao jie
        六安 lu an
        六合 lu he
        绿色 lv se
        绿地 lv di
        绿城 lv cheng
        效率 xiao lv
        率先 shuai xian
        落地 luo di
        动脉 dong mai
        秘书 mi shu
        模具 mu ju
        模型 mo xing
        模块 mo kuai
        规模 gui mo
        模式 mo shi
        模板 mu ban
        屏幕 ping mu
        铅山 yan shan
        纤维 xian wei
        光纤 guang xian
        彩色 cai se
        特色 te se
        瓶塞 ping sai
        塞尔 sai er
        什么 shen me
        什邡 shi fang
        识别 shi bie
        知识 zhi shi
        技术 ji shu
        艺术 yi shu
        数据 shu ju
        数字 shu zi
        数码 shu ma
        数控 shu kong
        提升 ti sheng
        开拓 kai tuo
        血液 xue ye
        人员 ren yuan
        会员 hui yuan
        契约 qi yue
        轧钢 zha gang
        冷轧 leng zha
        热轧 re zha
        种子 zhong zi
        种植 zhong zhi
        种业 zhong ye
        阿胶 e jiao
        东阿 dong e
        阿里 a li
        阿尔 a er
        城堡 cheng bao
        堡垒 bao lei
        吴堡 wu bu
        黄埔 huang pu
        大埔 da bu
        差旅 chai lv
        出差 chu chai
        禅城 chan cheng
        称重 cheng zhong
        相称 xiang chen
        澄海 cheng hai
        畜牧 xu mu
        畜禽 chu qin
        子弹 zi dan
        弹簧 tan huang
        弹性 tan xing
        大夫 dai fu
        温度 wen du
        番禺 pan yu
        番茄 fan qie
        佛山 fo shan
        仿佛 fang fu
        供给 gong ji
        给水 ji shui
        谷歌 gu ge
        东莞 dong guan
        莞尔 wan er
        龟兹 qiu ci
        和平 he ping
        涡阳 guo yang
        涡轮 wo lun
        蚌埠 beng bu
        伽马 ga ma
        咖啡 ka fei
        咖喱 ga li
        泌阳 bi yang
        浚县 xun xian
        莘县 shen xian
        莘庄 xin zhuang
        黄陂 huang pi
        筠连 jun lian
        牟平 mu ping
        中牟 zhong mu
        单县 shan xian
        单于 chan yu
        单位 dan wei
        单车 dan che
        简单 jian dan
        菜单 cai dan
        订单 ding dan
        万俟 mo qi
        解放 jie fang
        解决 jie jue
        解码 jie ma
        曾经 ceng jing
        洪洞 hong tong
        繁峙 fan shi
        渑池 mian chi
        尉氏 wei shi
        井陉 jing xing
        于都 yu du
        荥阳 xing yang
        荥经 ying jing
        耒阳 lei yang
        柞水 zha shui
        临朐 lin qu
        犍为 qian wei
        枞阳 zong yang
        大月 da yue
        大量 da liang
        大连 da lian
        大学 da xue
        大众 da zhong
        叶县 ye xian
        区块 qu kuai
        露天 lu tian
        物流 wu liu
        地铁 di tie
        地产 di chan
        地方 di fang
        土地 tu di
        基地 ji di
        房地产 fang di chan
        联络 lian luo
        网络 wang luo
        茜茜 xi xi
        栖霞 qi xia
        期货 qi huo
        奇瑞 qi rui
        奇迹 qi ji
        """

    /// Characters that are read in another way, or surely in this one, when they are a surname.
    static let surnames = """
        单 shan
        曾 zeng
        解 xie
        仇 qiu
        朴 piao
        区 ou
        查 zha
        盖 ge
        翟 zhai
        缪 miao
        覃 qin
        尉 wei
        乐 yue
        员 yun
        折 she
        种 chong
        黑 he
        秘 bi
        宓 mi
        隗 wei
        祭 zhai
        牟 mou
        洗 xian
        朝 chao
        强 qiang
        石 shi
        沈 shen
        柏 bai
        薄 bo
        贾 jia
        陆 lu
        叶 ye
        谷 gu
        车 che
        和 he
        盛 sheng
        卜 bu
        那 na
        莘 shen
        召 shao
        繁 po
        逄 pang
        佴 nai
        谌 chen
        訾 zi
        华 hua
        任 ren
        纪 ji
        哈 ha
        红 hong
        术 shu
        葛 ge
        藏 zang
        大 da
        阿 a
        """
}
