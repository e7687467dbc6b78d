package report

import "slices"

// The outlines and sentences of domain.md 5.2. {key} is a linked field (fields.go).
// What stands in [ ] is dropped when a field directly in it is 0 or empty, and
// when it holds only brackets that were all dropped; what punctuation then meets
// is tidied (sentence.go).

// outline is one kind of report.
type outline struct {
	name      string // in the list of kinds
	subject   string // of the title, after unit and period
	addressee string // when neither settings nor the unit name one; {county} is filled in
	opening   string
	sections  []section
}

// section is a numbered part; the number is given by its place among those kept.
type section struct {
	heading  string
	sentence string
}

// Kinds are the kinds of reports.
var Kinds = []string{"R1", "R2", "R3"}

var outlines = map[string]outline{
	"R1": {
		name: "银行机构工作总结", subject: "防范电信网络诈骗工作总结", addressee: "国家金融监督管理总局监管分局",
		sections: []section{
			{"抓培训，筑牢柜面防线", "[组织业务培训{M13}场[、{M13h}人次][，柜面人员覆盖率{M13r}]]；[办理汇款{M14r}笔[，提醒客户{M14k}人次][，提醒率{M14}]]。"},
			{"优服务，方便群众", "[新开通短信提示{M14s}张]；[{M12h}家网点公示客服电话[{phone}][，核查一致{M12k}家]]。"},
			{"造氛围，增强防范意识", "[LED播放{M11q.led}块[、日均{M11l}次]]，[标语{M11q.slogan+banner}条]，[提示牌{M11q.warning_sign}块]；[发放宣传单{M02}份]；[解答咨询{M08}人次]。"},
			{"强联动，保护存款人利益", "[修订预案{M15p}件]、[演练{M15d}次]；[与公安联动{M15}次[，冻结{M15f}][，从报警到止付中位用时{M15m}分钟]]；[劝阻{M05.bank_counter}次[，避免客户损失{M06.bank_counter}]]。"},
		},
	},
	"R2": {
		name: "网安大队工作总结", subject: "防范网络诈骗宣传工作总结", addressee: "{county}公安局",
		sections: []section{
			{"备素材，摸清骗术手法", "[整理案例{M16}篇]、[标语{M16s}条]，[重点涉及{digests3}]。"},
			{"守网络，占领宣传阵地", "[通过{channels}发布{M04}次[，其中警示案例{M04p.warning+case}次][、引导辟谣{M04p.rebuttal}次]]。"},
			{"拓渠道，走进街面网吧", "[[会同{stations}]开展现场宣传{M01s}次[，设立展板{M11b}块][，发放宣传册{M02b}册][，接待咨询{M08k}人次]]；[召开网吧业主会议{M10}场[、{M10v}家网吧参会][，发放海报标语{M10m}张]]；[回访检查{M11d}家[，在位率{M11}]]。"},
			{"建机制，常态研判预警", "[登记线索{M16i}条]、[串并{M16k}组[，涉及咨询{M16c}起]]；[{periods}期间开展活动{M17p}次]。"},
		},
	},
	"R3": {
		name: "县公安局工作总结", subject: "防范电信网络诈骗工作总结", addressee: "{county}打击治理电信网络新型违法犯罪工作联席会议办公室",
		opening: "{period}，[高发手段为{types6}。]我局[会同{depts}等{M17}家单位，][开展大型街面宣传{M01}次，][发放宣传单{M02}份，][专题讲座{M03}次]；[{channels}等自媒体发布宣传{M04}次]；[拦截预警{M05}次]，[避免损失{M06}]，[抓获嫌疑人{M07}人]。",
		sections: []section{
			{"设专家席，精准劝阻", "[110反诈骗专家席受理{M08d}起[，要素完整率{M08r}][，劝导亲属{M08v}人]]；[为群众挽回损失{M07r}]。"},
			{"广泛宣传，全民参与", "[街面宣传{M01s}次]、[入户{M09}户]、[LED、标语、提示牌{M11s.led+slogan+banner+warning_sign}处]、[老年受众{M17e}人次]。"},
			{"筑牢防线，部门联动", "[海报覆盖银行{M12.V02}家]、[通信网点{M12.V04}家]；[培训{M13}场[（[会计{M13o.accountant}人]、[信贷{M13o.loan_officer}人]、[柜面{M13o.teller}人]）]]。"},
		},
	},
}

// figuresOf are the figures that the table of a kind shows, in its order.
var figuresOf = map[string][]string{
	"R1": {"M13", "M13h", "M13r", "M14r", "M14k", "M14", "M14s", "M12h", "M02", "M08", "M15", "M15f", "M05", "M06"},
	"R2": {"M16", "M16s", "M04", "M01s", "M02", "M02b", "M08k", "M10", "M10v", "M10m", "M11d", "M11", "M16i", "M16k"},
	"R3": {"M01", "M02", "M03", "M03h", "M04", "M05", "M06", "M07", "M07r", "M08", "M09", "M10", "M12", "M13", "M13h", "M17", "M17e"},
}

// tableOf are the figures of a kind's table; of units, what they helped others with, too.
func tableOf(kind string, ofUnits bool) []string {
	if !ofUnits {
		return figuresOf[kind]
	}
	return append(slices.Clone(figuresOf[kind]), "M17j")
}

// KindName is what a kind is called.
func KindName(kind string) string { return outlines[kind].name }
