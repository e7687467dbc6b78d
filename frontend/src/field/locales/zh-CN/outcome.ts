export default {
  outcome: {
    new: '记成效', edit: '修改成效', saved: '已存本机', kind: '类别', ref_no: '编号', refHint: '警情号、指令号或案号', no_ref: '无编号', occurred_on: '日期', source: '途径', averted: '避免损失', recovered: '挽回金额', persons: '人数', amount: '金额或人数', search: '搜编号、途径', all: '全部', none: '还没有成效。', suspect: '同日同额，可能重复', times: '次', people: '人', n: '{n} 人',
    figure: { intercept: '拦截预警', averted: '避免损失', caught: '抓获', recovered: '挽回' },
  },
}
