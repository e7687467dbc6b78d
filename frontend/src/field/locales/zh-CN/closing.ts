export default {
  meeting: { deputy: '代会的人叫什么', deputyOf: '代 {name} 来的人', score: '测验', scoreOf: '{name} 的测验分', scoreWrong: '测验分写 0 到 100 的整数。' },
  stock: { twin: '{unit} {at} 已经记过：', same: '是同一批，不记了', another: '是另一批，照样存' },
  activity: { over: '这场已经结束了：', sameOne: '就是那一场', another: '另开一场' },
  consult: {
    closing: '办结', isClosed: '已办结', isOpen: '未办结', anyClosed: '办结', setClosed: '改办结', closeAfterCall: '回访后办结',
    paid: '付款', paid_at: '付款时间', pay_method: '付款方式',
  },
  column: { closed_at: '办结', paid_at: '付款时间', deputy_name: '代签人', quiz_score: '测验分' },
  day: { called: '{title} 已办结', calledDone: '已回访，办结' },
  help: { keys: { 咨询: { 'Alt B': '已办结' }, 日结: { B: '已回访，办结' } } },
}
