/// What people call the fields of records in their own files, beside names and labels.
enum HeadingSynonyms {
    /// By the field's name, folded as `HeadingMatcher` folds headings.
    static let byField: [String: [String]] = [
        "id": ["id", "number", "no", "recordid", "koiid", "编号", "记录编号"],
        "name": [
            "name", "fullname", "displayname", "fn", "company", "companyname", "customer", "customername", "account",
            "accountname", "organization", "organisation", "org", "firm", "firma", "client", "clientname",
            "contactname",
            "公司", "公司名称", "企业名称", "单位", "单位名称", "客户", "客户名称", "客户名", "名称", "姓名", "名字",
            "联系人", "联系人姓名",
        ],
        "company": [
            "company", "companyname", "account", "accountname", "organization", "organisation", "org", "firm", "firma",
            "employer", "公司", "公司名称", "企业名称", "单位", "单位名称", "客户名称",
        ],
        "need": [
            "need", "needs", "requirement", "requirements", "inquiry", "enquiry", "interest", "message", "需求", "需求描述",
            "询盘内容",
            "咨询内容", "采购需求", "留言",
        ],
        "receivedAt": ["received", "receivedat", "date", "createdat", "时间", "日期", "咨询时间", "收到时间"],
        "campaign": ["campaign", "event", "fair", "营销活动", "活动", "展会"],
        "shortName": ["shortname", "abbreviation", "nickname", "简称", "公司简称", "客户简称"],
        "kind": ["kind", "type", "customertype", "accounttype", "类型", "客户类型", "性质"],
        "phone": [
            "phone", "tel", "telephone", "phonenumber", "telephonenumber", "tel.no", "telno", "phoneno",
            "businessphone",
            "workphone", "officephone", "电话", "电话号码", "联系电话", "座机", "固定电话", "公司电话", "办公电话",
        ],
        "mobile": [
            "mobile", "mobilephone", "mobileno", "mobilenumber", "cell", "cellphone", "tel;type=cell", "handy", "手机",
            "手机号", "手机号码", "移动电话", "联系手机",
        ],
        "email": [
            "email", "emailaddress", "mail", "emailid", "workemail", "邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址",
            "email地址",
        ],
        "website": ["website", "web", "url", "homepage", "site", "webpage", "网址", "官网", "网站", "公司网址", "主页"],
        "address": [
            "address", "addr", "adr", "street", "streetaddress", "billingaddress", "地址", "公司地址", "联系地址", "详细地址",
            "通讯地址",
        ],
        "industry": ["industry", "sector", "branch", "branche", "行业", "所属行业"],
        "region": [
            "region", "city", "province", "state", "area", "country", "town", "地区", "区域", "省份", "城市", "省市", "所在地",
        ],
        "size": ["size", "employees", "numberofemployees", "headcount", "staff", "人数", "员工人数", "员工数", "规模"],
        "source": ["source", "leadsource", "origin", "channel", "来源", "客户来源", "获客渠道"],
        "tier": ["tier", "level", "rating", "grade", "class", "等级", "客户等级", "级别", "客户级别"],
        "owner": [
            "owner", "accountowner", "salesperson", "salesrep", "assignedto", "assignee", "responsible", "负责人", "业务员",
            "销售", "销售员", "客户经理", "跟进人", "归属人",
        ],
        "title": ["title", "jobtitle", "position", "role", "function", "职务", "职位", "岗位", "头衔"],
        "wechat": ["wechat", "weixin", "wechatid", "微信", "微信号"],
        "birthday": ["birthday", "bday", "dateofbirth", "birthdate", "dob", "生日", "出生日期", "出生年月日"],
        "tags": ["tags", "tag", "labels", "categories", "keywords", "标签", "分类"],
        "notes": [
            "notes", "note", "comment", "comments", "remark", "remarks", "description", "memo", "备注", "说明", "描述", "附注",
        ],
        "customers": ["customers", "companies", "belongsto", "所属客户", "所属公司"],
    ]

    /// The columns of the file of refused rows that Koi adds to it.
    static let ofErrors = ["koiline", "koiproblem"]
}
