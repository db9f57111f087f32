/// A character of a made-up Chinese name, with its sound for e-mail and web addresses.
struct DemoSyllable: Sendable {
    let character: String
    let sound: String

    /// Characters that companies like in their names.
    static let company = list(
        """
        鑫xin 宏hong 瑞rui 泰tai 盛sheng 恒heng 昌chang 隆long 兴xing 旺wang 诚cheng 信xin 德de 惠hui 益yi 丰feng \
        裕yu 达da 通tong 顺shun 利li 佳jia 美mei 嘉jia 祥xiang 和he 康kang 宁ning 安an 福fu 禄lu 锦jin \
        源yuan 泉quan 海hai 江jiang 川chuan 岳yue 峰feng 林lin 森sen 松song 柏bai 竹zhu 兰lan 梅mei 云yun 霖lin \
        晨chen 曦xi 朗lang 明ming 辉hui 耀yao 晟sheng 昊hao 宇yu 星xing 辰chen 翔xiang 腾teng 飞fei 跃yue 骏jun \
        博bo 雅ya 文wen 睿rui 哲zhe 思si 创chuang 新xin 众zhong 合he 汇hui 联lian 凯kai 捷jie 迅xun 力li \
        铭ming 钰yu 玺xi 琪qi 珑long 璟jing 澜lan 沐mu 禾he 谷gu 穗sui 桐tong 栎li 柯ke 楠nan 榕rong
        """
    )

    /// Family names, the most frequent first.
    static let family = list(
        """
        王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo \
        何he 高gao 林lin 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 冯feng 邓deng 曹cao 彭peng 曾zeng \
        肖xiao 田tian 董dong 袁yuan 潘pan 于yu 蒋jiang 蔡cai 余yu 杜du 叶ye 程cheng 苏su 魏wei 吕lyu 丁ding \
        任ren 沈shen 姚yao 卢lu 姜jiang 崔cui 钟zhong 谭tan 陆lu 汪wang 范fan 金jin 石shi 廖liao 贾jia 夏xia \
        付fu 方fang 白bai 邹zou 孟meng 熊xiong 秦qin 邱qiu 江jiang 尹yin 薛xue 闫yan 段duan 雷lei 侯hou 龙long \
        欧阳ouyang 上官shangguan 司马sima 诸葛zhuge
        """
    )

    /// Characters of given names.
    static let given = list(
        """
        伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 娟juan 涛tao 超chao \
        明ming 霞xia 刚gang 平ping 辉hui 玲ling 桂gui 丹dan 萍ping 鹏peng 华hua 红hong 玉yu 兰lan 飞fei 梅mei \
        莉li 英ying 雪xue 琳lin 晨chen 宇yu 浩hao 轩xuan 子zi 涵han 梓zi 怡yi 欣xin 诗shi 雨yu 佳jia \
        嘉jia 俊jun 思si 文wen 博bo 瑶yao 宁ning 安an 一yi 凡fan 睿rui 晓xiao 春chun 志zhi 建jian 国guo \
        海hai 云yun 天tian 若ruo 可ke 乐le 悦yue 然ran 舒shu 雅ya 清qing 远yuan 书shu 航hang 泽ze 恒heng
        """
    )

    /// `鑫xin 宏hong …`: characters, then the letters of their sound.
    private static func list(_ text: String) -> [DemoSyllable] {
        text.split(whereSeparator: \.isWhitespace).map { word in
            let character = word.prefix { !$0.isASCII }
            return DemoSyllable(
                character: String(character),
                sound: String(word[character.endIndex...])
            )
        }
    }
}
