export default {
  consult: {
    indicator: '线索', wholeShort: '要素', otherHint: '没有合适的类型，写一两句是怎么回事', leadHint: '粘贴即识别；电话、账号、网址、APP 都行', hits: '命中 {n} 次', noLead: '无线索', dropLead: '去掉这条', addLead: '加上', otherKind: '换类别', notRecognised: '没认出来，按回车再看', leadUnknown: '线索没有认出来，请改一下或清空。', identities: '有 {n} 个像身份证号的数字，没有保存。', cutText: '内容太长，只识别了前面一部分。',
    stageAmount: '进展与金额', leadBefore: '这条线索以前出现过', lost: '损失 {yuan} 元', seeLead: '看全部 {n} 次', twin: '可能已经登记过', twinWhy: { phone: '电话相同', alarm_no: '警情编号相同', lead: '类型、年龄段和线索相同', same: '几分钟前内容一样' },
    noteOutcome: '记成效', toDigest: '写成案例', follow_up_on: '回访日期', fromStory: '案情里识别到 {n} 条线索，已加上。', anyOutcome: '处理结果', sort: { newest: '最新在前', oldest: '最早在前', loss: '损失多在前', at_risk: '拟转多在前' }, whole: '要素完整', notWhole: '要素不完整',
    bulkDone: '已改 {n} 条', setOutcome: '改处理结果', setType: '改诈骗类型', setFollowUp: '改回访日期',
  },
  linkage: { title: '快速联动', stamp: '记一步', none: '报警、止付、冻结……按 L 再按数字，记下这一分钟。', which: '刚做了哪一步？', now: '记为现在 {at}', stamped: '已记：{kind} {at}', since: '报警后 {n} 分钟', needsDoc: '缺文书号', beforePaid: '早于付款时间，请核对', time: '时间', amount: '金额', doc: '文书号', badTime: '时间写成 09:42。' },
  help: { keys: { 咨询: { '－': '无线索', 'L 数字': '联动，记下这一分钟', 'Alt R': '记成效', 'Alt G': '写成案例', 'Alt H': '看历史', 空格: '在列表里选中一条' } } },
}
