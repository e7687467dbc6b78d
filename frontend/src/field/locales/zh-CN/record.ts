export default {
  record: {
    history: '历史', loading: '正在读取…', noHistory: '还没有改动过。', lost: '同时改过，没用上', restored: '已恢复：{column}', export: '导出', xlsx: 'Excel（.xlsx）', print: '打印', exported: '已导出 {n} 行', savedTo: '已存到 {path}',
    sort: '排序', pick: '选中', pickAll: '全选', picked: '已选 {n} 条', copy: '复制', copied: '已复制，可以粘贴了',
  },
  table: { indicator: '线索', consultation_indicator: '咨询线索', linkage_action: '联动', outcome: '成效', post: '网上发布', case_digest: '典型案例', slogan: '标语', photo: '照片', plan: '计划', plan_item: '计划活动', plan_target: '目标', daily_tally: '日计', household: '入户', inspection: '检查', stock_move: '出入库', role_head: '分岗位人数', period: '时段', report_run: '报告', export_log: '导出记录', template: '活动模板' },
  column: { channels: '接触渠道', advice: '已作提示', loss: '损失金额', occurred_at: '时间', officer_id: '受理人', source: '来源', gender: '性别', occupation: '职业', town: '乡镇', consent: '同意回访', payer_tail: '账户尾号', id_tail: '证件后四位', relatives_advised: '劝导亲属', alarm_no: '警情编号', follow_up_on: '回访日期', no_indicator: '无线索', activity_id: '活动', merged_into: '并入',
    status: '状态', bank_or_platform: '平台', fraud_types: '诈骗类型', kind: '类别', value: '值', at: '时间', amount_fen: '金额', result: '结果', doc_no: '文书号', ref_no: '编号', occurred_on: '日期', averted_fen: '避免损失', recovered_fen: '挽回金额', persons: '人数', partner_units: '配合单位', lead_unit_id: '主办单位', counterpart_unit_id: '配合单位',
    elements: '要素', article: '短文', released_at: '发布时间', from_consultations: '来源咨询', channel: '渠道', account: '账号', posted_at: '发布时间', url: '链接', digest_id: '引用案例', slogan_id: '引用标语', forwards: '转发', reads: '阅读量', purpose: '目的', via: '发布者', unit_id: '单位', consultation_id: '来源咨询', text: '标语', paid_at: '付款时间', closed_at: '办结' },
}
