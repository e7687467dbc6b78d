export default {
  place: { lead: '线索' },
  lead: {
    tab: { list: '登记', clusters: '串并', trend: '研判' }, search: '搜号码、网址、名称', anyKind: '类别', anyStatus: '状态', sort: { last: '最近出现', hits: '命中多', first: '最早出现', kind: '按类别' },
    none: '还没有线索。登记咨询时粘贴号码、网址，就会记到这里。', kind: '类别', value: '内容', hits: '命中', types: '涉及类型', last: '最近', status: '状态', changed: '已改 {n} 条', saved: '已存本机', noClusters: '还没有两起咨询用到同一条线索。', cluster: '{n} 起咨询用到同样的线索',
    consultations: '提到它的咨询', noConsultations: '没有咨询提到它。', spread: '{places} 场活动 · {devices} 台电脑', related: '一起出现的线索', graph: '关联图', graphAlt: '{n} 个点的关联图，同样的内容在左边列表里', graphCut: '太多了，只画出一部分。', noGraph: '没有关联。', platform: '开户行或平台', doubtful: '号码校验不上，再核对一下',
    trendTitle: '各类诈骗逐月走势', months: '{n} 个月', total: '合计', rise: '较上月', newLeads: '新增线索',
  },
  help: { keys: { 线索: { '1 2 3': '登记、串并、研判', '/': '搜索', 空格: '选中一行', '1–6': '在线索页：改状态', 'Ctrl C': '复制', 'Alt H': '看历史' } } },
}
