package figures

import (
	"strconv"
	"strings"

	"fieldkit/internal/model"
)

// Kinds of values.
const (
	Count   = "count"   // of Measure: 次, 份, 人次 …
	Fen     = "fen"     // money
	Percent = "percent" // tenths of a percent
)

// Metric is one figure's definition.
type Metric struct {
	Code    string `json:"code"` // M02; sub-figures carry a letter: M03h
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Measure string `json:"measure"` // 次, 份 …; "" of money and rates
	Kind    string `json:"kind"`
	// Define is the written definition; {N} and {M} stand for the thresholds.
	Define string   `json:"define"`
	Table  string   `json:"table"` // of the rows that count; "" of a figure made from others
	Codes  string   `json:"codes"` // code table of the parts; "" when there are none
	From   []string `json:"from"`  // the figures it is made from

	rows   string // SELECT id, day, unit, code, value …; see queries*.go
	derive func(Set) Figure
	along  string // the figure that is counted over rows among which these are, and counts both in one pass
}

// Definition is the written definition with the thresholds that were used.
func (m *Metric) Definition(s model.Settings) string {
	return strings.NewReplacer("{N}", strconv.FormatInt(s.LargeLeaflets, 10), "{M}", strconv.FormatInt(s.LargePartners, 10)).Replace(m.Define)
}

// Metrics are all figures, in the order of domain.md.
var Metrics = []Metric{
	{Code: "M01", ZH: "大型街面宣传", EN: "Large street campaigns", Measure: "次", Kind: Count, Table: "activity", rows: rowsLarge,
		Define: "街面宣传中，各台电脑合并后宣传单合计满{N}份，或协办单位满{M}家的场次；作废、计划和取消的不计，合并的活动只计一次。"},
	{Code: "M01s", ZH: "街面宣传", EN: "Street campaigns", Measure: "次", Kind: Count, Table: "activity", rows: rowsStreet,
		Define: "进行中和已结束的街面宣传场次。"},
	{Code: "M02", ZH: "发放宣传单", EN: "Leaflets", Measure: "份", Kind: Count, Table: "handout", Codes: "activity_kind", rows: rowsLeaflets,
		Define: "时段内开始的各类活动发出的宣传单份数之和（物料类别为宣传单）。"},
	{Code: "M02w", ZH: "发放宣传单（按乡镇）", EN: "Leaflets by town", Measure: "份", Kind: Count, Table: "handout", rows: rowsLeafletTowns,
		Define: "宣传单份数按活动场所所在乡镇分列。"},
	{Code: "M02b", ZH: "发放宣传册", EN: "Brochures", Measure: "份", Kind: Count, Table: "handout", Codes: "activity_kind", rows: rowsBrochures,
		Define: "时段内开始的各类活动发出的宣传册份数之和。"},
	{Code: "M03", ZH: "专题讲座", EN: "Lectures", Measure: "次", Kind: Count, Table: "activity", rows: rowsLectures,
		Define: "状态为已结束的专题讲座场次。"},
	{Code: "M03h", ZH: "讲座听众", EN: "Lecture audience", Measure: "人次", Kind: Count, Table: "activity", rows: rowsLectureHeads,
		Define: "已结束的专题讲座到场人数之和：有签到的按签到人数，否则按填报人数，再否则按点数器。"},
	{Code: "M04", ZH: "自媒体宣传", EN: "Self-media posts", Measure: "次", Kind: Count, Table: "post", Codes: "post_channel", rows: rowsPosts,
		Define: "抖音、微信公众号、微信群、视频号、快手、微博、论坛贴吧发布的次数，一条计1次，每转发一次加1次；群发短信、官网和新闻媒体不计。"},
	{Code: "M04p", ZH: "自媒体宣传（按目的）", EN: "Self-media posts by purpose", Measure: "次", Kind: Count, Table: "post", Codes: "post_purpose", rows: rowsPostPurposes,
		Define: "自媒体宣传次数按发布目的分列。"},
	{Code: "M05", ZH: "拦截预警", EN: "Interceptions", Measure: "次", Kind: Count, Table: "outcome", Codes: "outcome_source", rows: rowsIntercepts,
		Define: "时段内登记的拦截成效件数，同一编号只计一次。"},
	{Code: "M06", ZH: "避免损失", EN: "Loss averted", Kind: Fen, Table: "outcome", Codes: "outcome_source", rows: rowsAverted,
		Define: "拦截成效中登记的避免损失金额之和；咨询里填的金额不计入。"},
	{Code: "M07", ZH: "抓获嫌疑人", EN: "Suspects caught", Measure: "人", Kind: Count, Table: "outcome", rows: rowsCaught,
		Define: "抓获成效中登记的人数之和。"},
	{Code: "M07r", ZH: "挽回损失", EN: "Money recovered", Kind: Fen, Table: "outcome", rows: rowsRecovered,
		Define: "挽回成效中登记的金额之和，与避免损失分开统计。"},
	{Code: "M08", ZH: "解答咨询", EN: "Consultations", Measure: "人次", Kind: Count, From: []string{"M08c", "M08q"}, derive: sumOf("M08c", "M08q"),
		Define: "咨询登记条数，加上活动中只计数的简要咨询人次。"},
	{Code: "M08c", ZH: "咨询登记", EN: "Consultation records", Measure: "条", Kind: Count, Table: "consultation", Codes: "fraud_type", rows: rowsConsultations,
		Define: "时段内发生的咨询登记条数，按诈骗类型分列。"},
	{Code: "M08q", ZH: "简要咨询", EN: "Quick advice", Measure: "人次", Kind: Count, Table: "activity", Codes: "activity_kind", rows: rowsQuick,
		Define: "活动中只计数、不登记的咨询人次。"},
	{Code: "M08a", ZH: "咨询登记（按年龄段）", EN: "Consultations by age", Measure: "条", Kind: Count, Table: "consultation", Codes: "age_band", rows: rowsConsultAges,
		Define: "咨询登记条数按年龄段分列。"},
	{Code: "M08w", ZH: "咨询登记（按乡镇）", EN: "Consultations by town", Measure: "条", Kind: Count, Table: "consultation", rows: rowsConsultTowns,
		Define: "咨询登记条数按乡镇分列：登记里填的乡镇，没填的按活动场所所在乡镇。"},
	{Code: "M08s", ZH: "咨询登记（按来源）", EN: "Consultations by source", Measure: "条", Kind: Count, Table: "consultation", Codes: "source", rows: rowsConsultSources,
		Define: "咨询登记条数按来源分列。"},
	{Code: "M08h", ZH: "咨询登记（按接触渠道）", EN: "Consultations by channel", Measure: "条", Kind: Count, Table: "consultation", Codes: "channel", rows: rowsConsultChannels,
		Define: "咨询登记按接触渠道分列，一条有几个渠道就各计一次。"},
	{Code: "M08k", ZH: "现场咨询", EN: "Advice at the booth", Measure: "人次", Kind: Count, From: []string{"M08t", "M08q"}, derive: atBooths,
		Define: "街面宣传中的咨询登记条数，加上其简要咨询人次。"},
	{Code: "M08t", ZH: "街面咨询登记", EN: "Consultation records at booths", Measure: "条", Kind: Count, Table: "consultation", rows: rowsBoothConsultations,
		Define: "挂在街面宣传下的咨询登记条数。"},
	{Code: "M08d", ZH: "专家席受理", EN: "Handled by the 110 desk", Measure: "起", Kind: Count, Table: "consultation", rows: rowsDesk,
		Define: "110专家席班次下的咨询登记条数。"},
	{Code: "M08e", ZH: "要素完整", EN: "Complete elements", Measure: "起", Kind: Count, Table: "consultation", rows: rowsDeskComplete, along: "M08d",
		Define: "专家席登记中，诈骗类型明确，有接触渠道、进展、进展所需金额、年龄段和处理结果，并有线索或注明无线索的条数。"},
	{Code: "M08r", ZH: "要素完整率", EN: "Share of complete elements", Kind: Percent, From: []string{"M08e", "M08d"}, derive: rateOf("M08e", "M08d"),
		Define: "要素完整的条数除以专家席受理条数。"},
	{Code: "M08v", ZH: "劝导亲属", EN: "Relatives advised", Measure: "人", Kind: Count, Table: "consultation", rows: rowsRelatives, along: "M08d",
		Define: "专家席登记中同时劝导的亲属人数之和。"},
	{Code: "M09", ZH: "入户宣传", EN: "Households visited", Measure: "户", Kind: Count, Table: "household", Codes: "household_result", rows: rowsHouseholds,
		Define: "入户记录中已面谈和留下宣传单的户数，同一活动同一户只计一次。"},
	{Code: "M10", ZH: "网吧业主会议", EN: "Café owners' meetings", Measure: "场", Kind: Count, Table: "activity", rows: rowsMeetings,
		Define: "状态为已结束的网吧业主会议场次。"},
	{Code: "M10v", ZH: "参会网吧", EN: "Cafés attending", Measure: "家", Kind: Count, Table: "venue", rows: rowsMeetingVenues,
		Define: "已结束的网吧业主会议上，至少一人签到或派人代会的网吧家数，合并的网吧只计一家。"},
	{Code: "M10m", ZH: "发放海报标语", EN: "Posters issued at meetings", Measure: "张", Kind: Count, Table: "issue", rows: rowsIssued,
		Define: "网吧业主会议上发给各网吧的海报、标语张数之和。"},
	{Code: "M10s", ZH: "到会签到", EN: "Sign-ins", Measure: "人", Kind: Count, Table: "attendance", Codes: "activity_kind", rows: rowsSignIns,
		Define: "各类会议、讲座、培训中签到的人数。"},
	{Code: "M11", ZH: "张贴在位率", EN: "Posters in place", Kind: Percent, From: []string{"M11p", "M11d"}, derive: rateOf("M11p", "M11d"),
		Define: "时段内检查过的场所中，最近一次检查结果为在位醒目的家数除以检查家数。"},
	{Code: "M11d", ZH: "检查场所", EN: "Venues inspected", Measure: "家", Kind: Count, Table: "venue", Codes: "inspection_result", rows: rowsInspected,
		Define: "时段内至少检查过一次的场所家数，按最近一次检查结果分列。"},
	{Code: "M11p", ZH: "在位醒目", EN: "Venues in place", Measure: "家", Kind: Count, From: []string{"M11d"}, derive: partOf("M11d", "in_place"),
		Define: "时段内最近一次检查结果为在位醒目的场所家数。"},
	{Code: "M11q", ZH: "张贴数量", EN: "Pieces up", Measure: "张（块）", Kind: Count, Table: "placement", Codes: "placement_kind", rows: rowsPieces,
		Define: "时段内在张贴期的张贴记录的现有数量之和，按类别分列；没有填开始日期的按录入日期。"},
	{Code: "M11s", ZH: "张贴处数", EN: "Places", Measure: "处", Kind: Count, Table: "placement", Codes: "placement_kind", rows: rowsPlaces,
		Define: "时段内在张贴期的张贴记录处数，按类别分列。"},
	{Code: "M11b", ZH: "现场展板", EN: "Boards at booths", Measure: "块", Kind: Count, Table: "placement", rows: rowsBoards,
		Define: "时段内开始的街面宣传现场设立的展板块数。"},
	{Code: "M11l", ZH: "LED日均播放", EN: "LED runs a day", Measure: "次", Kind: Count, From: []string{"M11n", "M11m"}, derive: averageOf("M11n", "M11m"),
		Define: "填了每日播放次数的LED显示屏的平均每日播放次数，四舍五入。"},
	{Code: "M11n", ZH: "LED每日播放合计", EN: "LED runs, all screens", Measure: "次", Kind: Count, Table: "placement", rows: rowsLEDRuns,
		Define: "LED显示屏每日播放次数之和。"},
	{Code: "M11m", ZH: "填报播放次数的LED", EN: "LED screens with a number of runs", Measure: "处", Kind: Count, Table: "placement", rows: rowsLEDs,
		Define: "填了每日播放次数的LED显示屏处数。"},
	{Code: "M12", ZH: "海报覆盖", EN: "Venues with a poster", Measure: "家", Kind: Count, Table: "venue", Codes: "venue_kind", rows: rowsPosterVenues,
		Define: "时段内张贴有海报的银行网点和通信营业厅家数，合并的场所只计一家。"},
	{Code: "M12h", ZH: "公示客服电话网点", EN: "Outlets showing the hotline", Measure: "家", Kind: Count, Table: "venue", rows: rowsHotline,
		Define: "时段内有客服电话公示的银行网点和自助银行家数。"},
	{Code: "M12k", ZH: "核查一致网点", EN: "Outlets checked", Measure: "家", Kind: Count, Table: "venue", rows: rowsHotlineChecked,
		Define: "公示客服电话的网点中，最近一次检查在位醒目，且公示号码与本单位客服电话一致的家数。"},
	{Code: "M13", ZH: "业务培训", EN: "Trainings", Measure: "场", Kind: Count, Table: "activity", rows: rowsTrainings,
		Define: "状态为已结束的业务培训场次。"},
	{Code: "M13h", ZH: "培训人数", EN: "People trained", Measure: "人次", Kind: Count, Table: "activity", rows: rowsTrainingHeads,
		Define: "已结束的业务培训到场人数之和；有分岗位人数而没有签到和总人数的，按分岗位人数合计。"},
	{Code: "M13o", ZH: "培训人数（按岗位）", EN: "People trained by role", Measure: "人次", Kind: Count, Table: "activity", Codes: "role", rows: rowsTrainingRoles,
		Define: "已结束的业务培训到场人数按岗位分列：有签到的按签到人的岗位，否则按分岗位人数。"},
	{Code: "M13t", ZH: "培训柜面人员", EN: "Tellers trained", Measure: "人", Kind: Count, Table: "activity", rows: rowsTellers,
		Define: "时段内受训的柜面人员：记名的按姓名去重；只填人数的，每个单位取人数最多的一场，不重复累加。"},
	{Code: "M13n", ZH: "柜面人员总数", EN: "Tellers", Measure: "人", Kind: Count, Table: "unit", rows: rowsTellerHeadcount,
		Define: "所选单位登记的柜面人员数；没有选单位时为全部填报单位之和。"},
	{Code: "M13r", ZH: "柜面人员覆盖率", EN: "Tellers reached", Kind: Percent, From: []string{"M13t", "M13n"}, derive: rateOf("M13t", "M13n"),
		Define: "受训的柜面人员数除以柜面人员总数。"},
	{Code: "M14", ZH: "提醒率", EN: "Share reminded", Kind: Percent, From: []string{"M14k", "M14r"}, derive: rateOf("M14k", "M14r"),
		Define: "善意提醒人次除以办理汇款笔数；缺报日计的天数另注。"},
	{Code: "M14k", ZH: "善意提醒", EN: "Kind reminders", Measure: "人次", Kind: Count, Table: "daily_tally", rows: rowsReminders,
		Define: "柜面日计中善意提醒人次之和，含更正。"},
	{Code: "M14r", ZH: "办理汇款", EN: "Remittances", Measure: "笔", Kind: Count, Table: "daily_tally", rows: rowsRemittances,
		Define: "柜面日计中办理汇款笔数之和。"},
	{Code: "M14s", ZH: "短信提示开通", EN: "Text alerts", Measure: "张", Kind: Count, Table: "daily_tally", rows: rowsTextAlerts,
		Define: "柜面日计中新开通短信提示的卡数之和。"},
	{Code: "M14x", ZH: "柜面劝阻", EN: "Dissuaded at the counter", Measure: "笔", Kind: Count, Table: "daily_tally", rows: rowsRefused,
		Define: "柜面日计中劝阻笔数之和。"},
	{Code: "M14d", ZH: "已报日计天数", EN: "Days reported", Measure: "天", Kind: Count, Table: "daily_tally", rows: rowsTallyDays,
		Define: "有柜面日计的单位日数。"},
	{Code: "M15", ZH: "快速联动", EN: "Joint actions", Measure: "次", Kind: Count, Table: "consultation", rows: rowsLinked,
		Define: "时段内至少有一项联动处置的咨询（警情）起数。"},
	{Code: "M15f", ZH: "冻结金额", EN: "Frozen", Kind: Fen, Table: "linkage_action", rows: rowsFrozen,
		Define: "上述咨询中结果为成功的冻结金额之和。"},
	{Code: "M15m", ZH: "报警到止付中位用时", EN: "Median minutes to a stop", Measure: "分", Kind: Count, Table: "consultation", rows: rowsMinutes,
		Define: "从首次报警到首次止付或冻结的分钟数的中位数，不足一分钟的舍去；双数个取中间两个的平均，四舍五入。"},
	{Code: "M15p", ZH: "修订预案", EN: "Contingency plans", Measure: "件", Kind: Count, Table: "plan", rows: rowsPlans,
		Define: "实施或修订日期在时段内的防范预案件数。"},
	{Code: "M15d", ZH: "预案演练", EN: "Drills", Measure: "次", Kind: Count, Table: "activity", rows: rowsDrills,
		Define: "进行中和已结束的预案演练次数。"},
	{Code: "M16", ZH: "整理案例", EN: "Case digests", Measure: "篇", Kind: Count, Table: "case_digest", rows: rowsDigests,
		Define: "时段内发布的案例篇数。"},
	{Code: "M16t", ZH: "案例（按类型）", EN: "Case digests by type", Measure: "篇", Kind: Count, Table: "case_digest", Codes: "fraud_type", rows: rowsDigestTypes,
		Define: "时段内发布的案例按诈骗类型分列，一篇有几个类型就各计一次。"},
	{Code: "M16s", ZH: "标语", EN: "Slogans", Measure: "条", Kind: Count, Table: "slogan", rows: rowsSlogans,
		Define: "时段内新建的标语条数。"},
	{Code: "M16i", ZH: "新增线索", EN: "New leads", Measure: "条", Kind: Count, Table: "indicator", Codes: "indicator_kind", rows: rowsIndicators,
		Define: "首次出现在时段内的咨询中的线索条数。"},
	{Code: "M16k", ZH: "串并", EN: "Clusters", Measure: "组", Kind: Count, From: []string{"M16c"},
		Define: "时段内的咨询按共同线索连成的组数，每组至少2起；被冒用和已排除的线索不用于串并。"},
	{Code: "M16c", ZH: "串并涉及咨询", EN: "Consultations in clusters", Measure: "起", Kind: Count, Table: "consultation", rows: rowsLinks,
		Define: "各串并组中的咨询起数之和。"},
	{Code: "M17", ZH: "协作单位", EN: "Partner units", Measure: "家", Kind: Count, Table: "unit", Codes: "department", rows: rowsPartners,
		Define: "时段内活动的协办单位家数，合并的单位只计一家，按部门分列；并成一场的活动，被并一方的主办单位也算协办。"},
	{Code: "M17a", ZH: "活动", EN: "Activities", Measure: "场", Kind: Count, Table: "activity", Codes: "activity_kind", rows: rowsActivities,
		Define: "进行中和已结束的活动场次；作废、取消和计划的不算。"},
	{Code: "M17j", ZH: "协办活动", EN: "Activities joined", Measure: "场", Kind: Count, Table: "activity", Codes: "activity_kind", rows: rowsJoined,
		Define: "作为协办单位参加的活动场次，一家协办一场计一次；份数、人次归主办单位。"},
	{Code: "M17p", ZH: "重点时段活动", EN: "Activities in key periods", Measure: "次", Kind: Count, Table: "activity", Codes: "period", rows: rowsPeriodActivities,
		Define: "在元旦、春节等重点时段内开始的活动次数；时段由县办公室按年设定，一次活动只计入最早的一个时段。"},
	{Code: "M17e", ZH: "老年受众", EN: "Elderly reached", Measure: "人次", Kind: Count, From: []string{"M17f", "M17g", "M08a"}, derive: elderly,
		Define: "活动填报的60岁以上人数、60岁以上的咨询登记和入户面谈的老年人数之和。"},
	{Code: "M17f", ZH: "活动老年人数", EN: "Elderly at activities", Measure: "人", Kind: Count, Table: "activity", rows: rowsElderHeads,
		Define: "活动填报的60岁以上人数之和。"},
	{Code: "M17g", ZH: "入户老年人数", EN: "Elderly talked to at home", Measure: "人", Kind: Count, Table: "household", rows: rowsElderTalked,
		Define: "入户记录中面谈的老年人数之和。"},
}

var byCode = func() map[string]*Metric {
	m := map[string]*Metric{}
	for i := range Metrics {
		m[Metrics[i].Code] = &Metrics[i]
	}
	return m
}()

// Find is the metric of a code; nil when there is none.
func Find(code string) *Metric { return byCode[code] }
