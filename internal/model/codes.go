package model

import "regexp"

// Code is one entry of a code table. Codes are stable; labels may change.
type Code struct {
	Code    string   `json:"code"`
	ZH      string   `json:"zh"`
	EN      string   `json:"en"`
	Hint    string   `json:"hint,omitempty"`    // a line that explains it
	Aliases []string `json:"aliases,omitempty"` // what people type to find it
	RollUp  string   `json:"roll_up,omitempty"` // the national type it counts under
}

// Codes are the code tables by name.
var Codes = map[string][]Code{
	"fraud_type": {
		{Code: "F01", ZH: "刷单返利", EN: "Fake-order rebates", Hint: "paid \"tasks\" that return small sums first, then demand ever larger advances", Aliases: []string{"刷单", "网上刷单", "做任务", "兼职"}},
		{Code: "F02", ZH: "虚假网络投资理财", EN: "Fake investment", Hint: "groups, \"teachers\" or lovers lead the victim to a false trading platform", Aliases: []string{"杀猪盘", "荐股", "炒币"}},
		{Code: "F03", ZH: "虚假购物服务", EN: "Fake shopping/services", Hint: "cheap goods, tickets or services paid outside a platform and never delivered", Aliases: []string{"代购", "抢票", "低价"}},
		{Code: "F04", ZH: "冒充电商物流客服", EN: "Fake e-commerce/courier support", Hint: "\"refund\", \"compensation\" or \"cancel membership\" calls that move money out", Aliases: []string{"退款", "理赔", "百万保障"}},
		{Code: "F05", ZH: "虚假贷款", EN: "Fake loans", Hint: "fees or \"unfreezing\" payments demanded before a loan that never comes", Aliases: []string{"网贷", "网上借贷款", "无抵押"}},
		{Code: "F06", ZH: "虚假征信", EN: "Fake credit repair", Hint: "threat of a bad credit record; victim told to borrow and transfer out", Aliases: []string{"注销校园贷", "征信修复"}},
		{Code: "F07", ZH: "冒充领导熟人", EN: "Posing as boss or friend", Hint: "copied avatar or hijacked account asks for an urgent transfer", Aliases: []string{"冒充老板", "冒充亲友", "换脸拟声"}},
		{Code: "F08", ZH: "冒充公检法及政府机关", EN: "Posing as police/courts/officials", Hint: "\"you are under investigation\", secrecy, \"safe account\"", Aliases: []string{"公检法", "安全账户", "通缉令"}},
		{Code: "F09", ZH: "网络婚恋、交友", EN: "Romance", Hint: "online affection, then requests for money in many guises", Aliases: []string{"交友", "裸聊"}},
		{Code: "F10", ZH: "网络游戏产品虚假交易", EN: "Fake game trades", Hint: "accounts, coins or items sold or bought through a false trading page", Aliases: []string{"游戏账号", "装备"}},
		{Code: "F11", ZH: "机票退改签", EN: "Flight refund", Hint: "\"your flight is cancelled\", refund link or screen sharing takes the money", Aliases: []string{"退票", "改签"}, RollUp: "F04"},
		{Code: "F21", ZH: "QQ好友诈骗", EN: "Hijacked QQ friend", Hint: "stolen or imitated QQ account borrows money", Aliases: []string{"QQ"}, RollUp: "F07"},
		{Code: "F22", ZH: "电子邮件诈骗", EN: "E-mail fraud", Hint: "forged supplier or notice e-mail changes the payee or steals a login", Aliases: []string{"邮箱", "钓鱼邮件"}, RollUp: "F07"},
		{Code: "F23", ZH: "网上买游戏币", EN: "Game-coin sale", Hint: "coins paid for privately and never credited", Aliases: []string{"游戏币", "点卡"}, RollUp: "F10"},
		{Code: "F24", ZH: "保健品诈骗", EN: "Health-product fraud", Hint: "\"cures\", free gifts or check-ups sold dear to the elderly", Aliases: []string{"养老", "药品"}, RollUp: "F03"},
		{Code: "F25", ZH: "购物退款", EN: "Shopping refund", Hint: "pretended seller refund with link or code", Aliases: []string{"退货"}, RollUp: "F04"},
		{Code: "F26", ZH: "敲诈类", EN: "Sextortion and threats", Hint: "recordings or threats used to extort transfers", Aliases: []string{"裸聊敲诈"}},
		{Code: "F27", ZH: "中奖补贴", EN: "Prize/subsidy", Hint: "fee or bank details demanded to receive a prize or subsidy", Aliases: []string{"中奖", "补贴", "二维码"}, RollUp: "F08"},
		{Code: "F28", ZH: "电话欠费/包裹类", EN: "Arrears or parcel call", Hint: "older call script: unpaid bill or parcel, passed on to false police", Aliases: []string{"欠费", "快递藏毒"}, RollUp: "F08"},
		{Code: "F29", ZH: "帮信两卡", EN: "Lending cards", Hint: "asked to rent out bank/phone cards (advice, not a victim type)", Aliases: []string{"租卡", "跑分"}},
		{Code: "F99", ZH: "其他/不明", EN: "Other", Hint: "none fits; story required"},
	},
	"channel": {
		{Code: "H1", ZH: "电话", EN: "Telephone"},
		{Code: "H2", ZH: "短信", EN: "Text message"},
		{Code: "H3", ZH: "微信", EN: "WeChat"},
		{Code: "H4", ZH: "QQ", EN: "QQ"},
		{Code: "H5", ZH: "短视频", EN: "Short video"},
		{Code: "H6", ZH: "购物平台", EN: "Shopping platform"},
		{Code: "H7", ZH: "邮件", EN: "E-mail"},
		{Code: "H8", ZH: "游戏内", EN: "In a game"},
		{Code: "H9", ZH: "虚假APP/网站", EN: "Fake app or site"},
		{Code: "H10", ZH: "视频会议/屏幕共享", EN: "Video call or screen sharing"},
		{Code: "H11", ZH: "线下/寄递", EN: "In person or by post"},
		{Code: "H12", ZH: "境外来电", EN: "Call from abroad"},
		{Code: "H99", ZH: "其他", EN: "Other"},
	},
	"age_band": {
		{Code: "A1", ZH: "14岁以下", EN: "Under 14"},
		{Code: "A2", ZH: "14–17岁", EN: "14–17"},
		{Code: "A3", ZH: "18–29岁", EN: "18–29"},
		{Code: "A4", ZH: "30–44岁", EN: "30–44"},
		{Code: "A5", ZH: "45–59岁", EN: "45–59"},
		{Code: "A6", ZH: "60–69岁", EN: "60–69"},
		{Code: "A7", ZH: "70岁以上", EN: "70 and over"},
		{Code: "A0", ZH: "未问", EN: "Not asked"},
	},
	"stage": {
		{Code: "G0", ZH: "仅咨询", EN: "Advice only"},
		{Code: "G1", ZH: "已接触未付款", EN: "In contact, not paid"},
		{Code: "G2", ZH: "正在付款", EN: "Paying now"},
		{Code: "G3", ZH: "已付款", EN: "Paid"},
	},
	"outcome": {
		{Code: "K1", ZH: "已解答", EN: "Answered"},
		{Code: "K2", ZH: "已劝阻", EN: "Dissuaded"},
		{Code: "K3", ZH: "已报警转办", EN: "Reported to the police"},
		{Code: "K4", ZH: "已止付/冻结", EN: "Payment stopped or frozen"},
		{Code: "K5", ZH: "待回访", EN: "To be called back"},
		{Code: "K6", ZH: "非诈骗", EN: "Not fraud"},
		{Code: "K7", ZH: "拒绝劝阻(上报)", EN: "Refused advice (reported)"},
	},
	"advice": {
		{Code: "Z1", ZH: "停止转账", EN: "Stop the transfer"},
		{Code: "Z2", ZH: "拨打110", EN: "Call 110"},
		{Code: "Z3", ZH: "联系开户行", EN: "Contact the bank"},
		{Code: "Z4", ZH: "保留证据", EN: "Keep the evidence"},
		{Code: "Z5", ZH: "卸载软件改密", EN: "Remove the app, change passwords"},
		{Code: "Z6", ZH: "安装反诈APP", EN: "Install the anti-fraud app"},
		{Code: "Z7", ZH: "告知亲属", EN: "Tell the family"},
	},
	"source": {
		{Code: "walk_in", ZH: "现场来人", EN: "Walk-in"},
		{Code: "call_110", ZH: "110来电", EN: "110 call"},
		{Code: "call_96110", ZH: "96110来电", EN: "96110 call"},
		{Code: "bank_counter", ZH: "银行柜面", EN: "Bank counter"},
		{Code: "household", ZH: "入户", EN: "Household visit"},
		{Code: "online", ZH: "网上", EN: "Online"},
		{Code: "referral", ZH: "转来", EN: "Referred"},
	},
	"pay_method": {
		{Code: "P1", ZH: "网银手机银行", EN: "Online or mobile banking"},
		{Code: "P2", ZH: "柜面", EN: "Bank counter"},
		{Code: "P3", ZH: "ATM", EN: "ATM"},
		{Code: "P4", ZH: "第三方支付", EN: "Payment app"},
		{Code: "P5", ZH: "现金/寄递", EN: "Cash or by post"},
		{Code: "P6", ZH: "虚拟币/礼品卡", EN: "Crypto or gift card"},
	},
	"gender": {
		{Code: "M", ZH: "男", EN: "Male"},
		{Code: "F", ZH: "女", EN: "Female"},
		{Code: "U", ZH: "未知", EN: "Unknown"},
	},
	"venue_kind": {
		{Code: "V01", ZH: "网吧", EN: "Internet café"},
		{Code: "V02", ZH: "银行网点", EN: "Bank outlet"},
		{Code: "V03", ZH: "自助银行", EN: "Self-service bank"},
		{Code: "V04", ZH: "通信营业厅", EN: "Telecom hall"},
		{Code: "V05", ZH: "社区", EN: "Community"},
		{Code: "V06", ZH: "村", EN: "Village"},
		{Code: "V07", ZH: "学校", EN: "School"},
		{Code: "V08", ZH: "养老机构", EN: "Care home"},
		{Code: "V09", ZH: "广场街面", EN: "Square or street"},
		{Code: "V10", ZH: "集市", EN: "Market"},
		{Code: "V11", ZH: "车站景区", EN: "Station or scenic area"},
		{Code: "V12", ZH: "企业", EN: "Company"},
		{Code: "V13", ZH: "机关", EN: "Government office"},
		{Code: "V14", ZH: "医院", EN: "Hospital"},
		{Code: "V15", ZH: "快递站", EN: "Courier station"},
		{Code: "V99", ZH: "其他", EN: "Other"},
	},
	"venue_state": {
		{Code: "open", ZH: "营业", EN: "Open"},
		{Code: "closed", ZH: "关闭", EN: "Closed"},
		{Code: "suspended", ZH: "停业", EN: "Suspended"},
	},
	"activity_kind": {
		{Code: "street", ZH: "街面宣传", EN: "Street booth"},
		{Code: "household", ZH: "入户宣传", EN: "Household round"},
		{Code: "lecture", ZH: "专题讲座", EN: "Lecture"},
		{Code: "training", ZH: "业务培训", EN: "Training"},
		{Code: "cafe_meeting", ZH: "网吧业主会议", EN: "Café owners' meeting"},
		{Code: "placement_round", ZH: "张贴/检查", EN: "Placement round"},
		{Code: "desk_shift", ZH: "110专家席班次", EN: "110 desk shift"},
		{Code: "counter_day", ZH: "网点日常", EN: "Counter day"},
		{Code: "drill", ZH: "预案演练", EN: "Drill"},
		{Code: "other", ZH: "其他", EN: "Other"},
	},
	"activity_state": {
		{Code: "planned", ZH: "计划", EN: "Planned"},
		{Code: "open", ZH: "进行中", EN: "Open"},
		{Code: "done", ZH: "已结束", EN: "Done"},
		{Code: "cancelled", ZH: "已取消", EN: "Cancelled"},
	},
	"role": {
		{Code: "teller", ZH: "柜面", EN: "Teller"},
		{Code: "accountant", ZH: "会计", EN: "Accountant"},
		{Code: "loan_officer", ZH: "信贷", EN: "Loan officer"},
		{Code: "lobby", ZH: "大堂", EN: "Lobby manager"},
		{Code: "telecom_clerk", ZH: "营业员", EN: "Telecom clerk"},
		{Code: "cafe_owner", ZH: "业主", EN: "Café owner"},
		{Code: "cafe_manager", ZH: "网管", EN: "Café manager"},
		{Code: "police", ZH: "民警", EN: "Police officer"},
		{Code: "auxiliary", ZH: "辅警", EN: "Auxiliary police"},
		{Code: "grid", ZH: "网格员", EN: "Grid worker"},
		{Code: "volunteer", ZH: "志愿者", EN: "Volunteer"},
		{Code: "student", ZH: "学生", EN: "Student"},
		{Code: "teacher", ZH: "教师", EN: "Teacher"},
		{Code: "farmer", ZH: "务农", EN: "Farmer"},
		{Code: "retired", ZH: "退休", EN: "Retired"},
		{Code: "finance_staff", ZH: "企业财务", EN: "Company finance"},
		{Code: "other", ZH: "其他", EN: "Other"},
	},
	"department": {
		{Code: "D01", ZH: "公安机关(刑侦/网安)", EN: "Police (criminal/cyber)"},
		{Code: "D02", ZH: "派出所", EN: "Police station"},
		{Code: "D03", ZH: "110指挥中心", EN: "110 command centre"},
		{Code: "D04", ZH: "移动", EN: "China Mobile"},
		{Code: "D05", ZH: "联通(原网通)", EN: "China Unicom"},
		{Code: "D06", ZH: "电信", EN: "China Telecom"},
		{Code: "D07", ZH: "广电", EN: "Broadcasting network"},
		{Code: "D08", ZH: "通信管理局", EN: "Telecom authority"},
		{Code: "D09", ZH: "银行", EN: "Bank"},
		{Code: "D10", ZH: "人民银行", EN: "People's Bank"},
		{Code: "D11", ZH: "金融监管", EN: "Financial regulator"},
		{Code: "D12", ZH: "网吧协会", EN: "Café association"},
		{Code: "D13", ZH: "教育", EN: "Education"},
		{Code: "D14", ZH: "乡镇街道", EN: "Township"},
		{Code: "D15", ZH: "社区村", EN: "Community or village"},
		{Code: "D16", ZH: "宣传融媒", EN: "Media"},
		{Code: "D17", ZH: "市场监管", EN: "Market regulator"},
		{Code: "D99", ZH: "其他", EN: "Other"},
	},
	"material_group": {
		{Code: "leaflet", ZH: "宣传单", EN: "Leaflet"},
		{Code: "brochure", ZH: "宣传册", EN: "Brochure"},
		{Code: "poster", ZH: "海报", EN: "Poster"},
		{Code: "slogan_strip", ZH: "标语条", EN: "Slogan strip"},
		{Code: "board", ZH: "展板", EN: "Board"},
		{Code: "sign", ZH: "安全提示牌", EN: "Warning sign"},
		{Code: "gift", ZH: "宣传品", EN: "Gift"},
		{Code: "hotline_card", ZH: "客服电话牌", EN: "Hotline card"},
	},
	"void_reason": {
		{Code: "V1", ZH: "误录", EN: "Entered by mistake"},
		{Code: "V2", ZH: "重复", EN: "Duplicate"},
		{Code: "V3", ZH: "取消", EN: "Cancelled"},
		{Code: "V9", ZH: "其他", EN: "Other"},
	},
	"absent_reason": {
		{Code: "leave", ZH: "请假", EN: "On leave"},
		{Code: "sent_deputy", ZH: "派人代会", EN: "Sent a deputy"},
		{Code: "unreachable", ZH: "联系不上", EN: "Unreachable"},
		{Code: "other", ZH: "其他", EN: "Other"},
	},
	"device_state": {
		{Code: "active", ZH: "在用", EN: "Active"},
		{Code: "lost", ZH: "丢失", EN: "Lost"},
		{Code: "retired", ZH: "停用", EN: "Retired"},
	},
	"spot": {
		{Code: "entrance", ZH: "门口", EN: "Entrance"},
		{Code: "counter", ZH: "柜台/吧台", EN: "Counter"},
		{Code: "wall", ZH: "墙面", EN: "Wall"},
		{Code: "screen", ZH: "屏幕", EN: "Screen"},
		{Code: "atm", ZH: "自助机旁", EN: "Beside the ATM"},
		{Code: "seat", ZH: "机位", EN: "Seat"},
		{Code: "notice_board", ZH: "公告栏", EN: "Notice board"},
	},
	"placement_kind": {
		{Code: "poster", ZH: "海报", EN: "Poster"},
		{Code: "slogan", ZH: "标语", EN: "Slogan"},
		{Code: "led", ZH: "LED显示屏", EN: "LED screen"},
		{Code: "banner", ZH: "横幅", EN: "Banner"},
		{Code: "warning_sign", ZH: "安全提示牌", EN: "Warning sign"},
		{Code: "hotline_notice", ZH: "客服电话公示", EN: "Hotline notice"},
		{Code: "display_board", ZH: "展板", EN: "Display board"},
	},
	"household_result": {
		{Code: "talked", ZH: "已面谈", EN: "Talked"},
		{Code: "left_leaflet", ZH: "留下宣传单", EN: "Left a leaflet"},
		{Code: "absent", ZH: "无人在家", EN: "Nobody home"},
		{Code: "refused", ZH: "拒绝", EN: "Refused"},
	},
	"stock_kind": {
		{Code: "receive", ZH: "入库", EN: "Received"},
		{Code: "allot", ZH: "调拨", EN: "Allotted"},
		{Code: "return", ZH: "退回", EN: "Returned"},
		{Code: "scrap", ZH: "损耗", EN: "Scrapped"},
		{Code: "adjust", ZH: "盘点调整", EN: "Adjusted"},
	},
	"indicator_kind": {
		{Code: "phone", ZH: "电话号码", EN: "Telephone number"},
		{Code: "bank_account", ZH: "银行账户", EN: "Bank account"},
		{Code: "pay_account", ZH: "支付账户", EN: "Payment account"},
		{Code: "url", ZH: "网址", EN: "Link"},
		{Code: "app", ZH: "APP", EN: "App"},
		{Code: "nickname", ZH: "昵称", EN: "Nickname"},
		{Code: "group", ZH: "群", EN: "Group"},
		{Code: "wallet", ZH: "虚拟币地址", EN: "Wallet"},
	},
	"indicator_status": {
		{Code: "reported", ZH: "已登记", EN: "Reported"},
		{Code: "confirmed", ZH: "已核实", EN: "Confirmed"},
		{Code: "reported_up", ZH: "已上报", EN: "Reported upwards"},
		{Code: "blocked", ZH: "已处置", EN: "Blocked"},
		{Code: "spoofed", ZH: "号码被冒用", EN: "Spoofed"},
		{Code: "cleared", ZH: "已排除", EN: "Cleared"},
	},
	"indicator_role": {
		{Code: "contacted_by", ZH: "联系", EN: "Contacted by"},
		{Code: "paid_to", ZH: "收款", EN: "Paid to"},
		{Code: "installed", ZH: "安装", EN: "Installed"},
		{Code: "visited", ZH: "访问", EN: "Visited"},
		{Code: "joined", ZH: "加入", EN: "Joined"},
	},
	"linkage_kind": {
		{Code: "call_police", ZH: "报警", EN: "Called the police"},
		{Code: "judicial_query", ZH: "司法查询", EN: "Judicial query"},
		{Code: "stop_payment", ZH: "紧急止付", EN: "Payment stopped"},
		{Code: "freeze", ZH: "冻结账户", EN: "Account frozen"},
		{Code: "unfreeze", ZH: "解冻", EN: "Unfrozen"},
		{Code: "assist_case", ZH: "协助侦破", EN: "Assisted the case"},
		{Code: "return", ZH: "资金返还", EN: "Money returned"},
		{Code: "telecom_block", ZH: "关停号码", EN: "Number cut off"},
		{Code: "site_block", ZH: "封堵网址", EN: "Site blocked"},
	},
	"linkage_result": {
		{Code: "ok", ZH: "成功", EN: "Done"},
		{Code: "partial", ZH: "部分", EN: "In part"},
		{Code: "failed", ZH: "失败", EN: "Failed"},
		{Code: "pending", ZH: "办理中", EN: "Pending"},
	},
	"outcome_kind": {
		{Code: "intercept", ZH: "拦截预警", EN: "Intercepted"},
		{Code: "caught", ZH: "抓获", EN: "Caught"},
		{Code: "recovered", ZH: "挽回", EN: "Recovered"},
		{Code: "solved", ZH: "破案", EN: "Solved"},
	},
	"outcome_source": {
		{Code: "desk_110", ZH: "110专家席", EN: "110 desk"},
		{Code: "visit", ZH: "见面劝阻", EN: "Visit"},
		{Code: "call", ZH: "电话劝阻", EN: "Call"},
		{Code: "bank_counter", ZH: "银行柜面", EN: "Bank counter"},
		{Code: "telecom", ZH: "通信企业", EN: "Telecom"},
		{Code: "booth", ZH: "宣传现场", EN: "Booth"},
	},
	"inspection_result": {
		{Code: "in_place", ZH: "在位醒目", EN: "In place"},
		{Code: "not_prominent", ZH: "在位不醒目", EN: "Not prominent"},
		{Code: "damaged", ZH: "破损", EN: "Damaged"},
		{Code: "missing", ZH: "缺失", EN: "Missing"},
		{Code: "venue_closed", ZH: "场所停业", EN: "Venue closed"},
	},
	"post_channel": {
		{Code: "douyin", ZH: "抖音", EN: "Douyin"},
		{Code: "wechat_oa", ZH: "微信公众号", EN: "WeChat account"},
		{Code: "wechat_group", ZH: "微信群", EN: "WeChat group"},
		{Code: "wechat_video", ZH: "视频号", EN: "WeChat channel"},
		{Code: "kuaishou", ZH: "快手", EN: "Kuaishou"},
		{Code: "weibo", ZH: "微博", EN: "Weibo"},
		{Code: "forum", ZH: "论坛/贴吧", EN: "Forum"},
		{Code: "site", ZH: "官网", EN: "Web site"},
		{Code: "sms", ZH: "群发短信", EN: "Bulk text message"},
		{Code: "media", ZH: "新闻媒体", EN: "News media"},
	},
	"post_purpose": {
		{Code: "warning", ZH: "预警提示", EN: "Warning"},
		{Code: "case", ZH: "案例", EN: "Case"},
		{Code: "law", ZH: "法规", EN: "Law"},
		{Code: "rebuttal", ZH: "引导辟谣", EN: "Rebuttal"},
	},
	"post_via": {
		{Code: "own_account", ZH: "本单位账号", EN: "Own account"},
		{Code: "informant_helper", ZH: "兼职信息员", EN: "Part-time informant"},
		{Code: "opinion_leader", ZH: "意见领袖", EN: "Opinion leader"},
		{Code: "partner", ZH: "协作单位", EN: "Partner"},
	},
	"digest_state": {
		{Code: "draft", ZH: "草稿", EN: "Draft"},
		{Code: "checked", ZH: "已核", EN: "Checked"},
		{Code: "released", ZH: "已发布", EN: "Released"},
	},
	"plan_kind": {
		{Code: "annual", ZH: "年度计划", EN: "Year plan"},
		{Code: "campaign", ZH: "专项行动", EN: "Campaign"},
		{Code: "contingency", ZH: "防范预案", EN: "Contingency plan"},
	},
	"tally_kind": {
		{Code: "kind_reminder", ZH: "善意提醒", EN: "Kind reminders"},
		{Code: "remit_served", ZH: "办理汇款", EN: "Remittances served"},
		{Code: "sms_enrol", ZH: "短信开通", EN: "Text alerts enrolled"},
		{Code: "suspicious_refused", ZH: "劝阻", EN: "Dissuaded"},
	},
	"period": {
		{Code: "yuandan", ZH: "元旦", EN: "New Year"},
		{Code: "spring", ZH: "春节", EN: "Spring Festival"},
		{Code: "qingming", ZH: "清明", EN: "Qingming"},
		{Code: "labour", ZH: "劳动节", EN: "Labour Day"},
		{Code: "duanwu", ZH: "端午", EN: "Dragon Boat Festival"},
		{Code: "midautumn", ZH: "中秋", EN: "Mid-Autumn"},
		{Code: "national", ZH: "国庆", EN: "National Day"},
		{Code: "year_turn", ZH: "岁末年初", EN: "Turn of the year"},
		{Code: "p110", ZH: "110宣传日", EN: "110 Day"},
		{Code: "p315", ZH: "消费者权益日", EN: "Consumer Rights Day"},
		{Code: "month_june", ZH: "全民反诈集中宣传月", EN: "Anti-fraud month"},
		{Code: "cyber_week", ZH: "网络安全宣传周", EN: "Cybersecurity week"},
		{Code: "school_open", ZH: "开学季", EN: "Start of term"},
	},
	"topic_tag": {
		{Code: "ethics", ZH: "职业道德", EN: "Ethics"},
		{Code: "law", ZH: "法律法规", EN: "Law"},
		{Code: "case", ZH: "案例", EN: "Cases"},
		{Code: "app", ZH: "反诈APP", EN: "Anti-fraud app"},
	},
}

// SelfMedia are the post channels that count as self-media.
var SelfMedia = []string{"douyin", "wechat_oa", "wechat_group", "wechat_video", "kuaishou", "weibo", "forum"}

// ownCode are the codes that an office may add to a table as shipped. Which there are
// travels with its settings, later perhaps than the records that name them.
var ownCode = regexp.MustCompile(`^X\d[0-9A-Z]{0,4}$`)

// Known tells whether a code table has a code, or the county may have added it.
func Known(table, code string) bool {
	if ownCode.MatchString(code) && Codes[table] != nil {
		return true
	}
	for _, c := range Codes[table] {
		if c.Code == code {
			return true
		}
	}
	return false
}

// Label is the Chinese name of a code, the code itself when unknown.
func Label(table, code string) string {
	for _, c := range Codes[table] {
		if c.Code == code {
			return c.ZH
		}
	}
	return code
}
