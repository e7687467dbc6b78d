export default {
  place: { activity: '活动', stock: '物料', tally: '日计', plan: '计划' },
  unit: { leaflets2: '宣传单' },
  activity: {
    new: '新活动', repeat: '省着填', sameAsLast: '同上次', officers: '参加人员', start: '开始', end: '结束', now: '现在', enter: '先排上', time: '时间', people: '人', total: '{n} 场', search: '搜名称、地点、首字母', anyKind: '所有类别', anyState: '所有状态', state: '状态', noHit: '没有找到，换个条件试试', rates: '网吧到会率',
    fraudTypes: '宣讲类型', topics: '宣讲内容', roles: '对象岗位', heads: '到场人数', elders: '60岁以上', hours: '学时', summary: '活动小结', tooManyElders: '60岁以上人数比到场人数还多，请看一眼。', missing: '还差什么', complete: '齐了', counts: '数字', photos: '照片', voided: '已作废', details: '详情',
    finish: '结束活动', cancel: '取消这场', asTemplate: '存为模板', templateName: '模板名称，比如 校园讲座', templateSaved: '已存为模板，新活动时可选',
    miss: { officers: '没有参加人员', heads: '没有到场人数', hours: '没有学时', roles: '没有对象岗位', photos: '没有照片' },
  },
  today: { soon: '接下来一周', remember: '别忘了', ready: '出勤检查', close: '日结', inspect: '该去检查的场所', tally: '漏报日计（天）', stock: '库存为负的物料', targets: '{year} 年目标', noTargets: '还没有定目标。' },
  metric: { M01: '大型街面宣传（次）', M02: '宣传单（份）', M03: '专题讲座（次）', M04: '自媒体（次）', M05: '拦截预警（次）', M06: '避免损失（元）', M08: '咨询（人次）', M09: '入户（户）', M10: '网吧业主会议（场）', M13: '培训（场）' },
  booth: { left: '余 {n}', low: '余 {n}，请补货', show: '展示', correct: '更正别人的数', correctShort: '更正', correctQty: '加或减多少，比如 -10', correctReason: '为什么更正，比如 两人重复按了' },
  show: { title: '反诈宣传', beware: '当心', materials: '份资料已发放', advised: '人次咨询', apps: '人装好反诈APP', hotline: '有疑问请打 96110，被骗立即拨 110' },
  lecture: { clicker: '点数器', stated0: '直接填人数', stated: '到场 {n} 人，已记下', counts: '按 {n} 人计', headsWrong: '请写人数，比如 610。', roles: '分岗位人数', materials: '发放', named: '点名签到' },
  household: { door: '门牌', doorHint: '1 2 301 即 1栋2单元301；没有门牌直接回车', result: '结果', talked: '面谈几人', elder: '其中老年', again: '{door} 记过了：{result}，再记就是更正。', saved: '{door} 已记', undone: '已撤销 {door}', visited: '户到访', knocked: '户敲门', people: '人面谈', elders: '老年', none: '输入门牌，按回车开始。' },
  stock: {
    record: '登记出入库', receive: '入库', allot: '调拨', adjust: '盘点', moves: '出入库', noMoves: '还没有出入库。第一次入库后，摊位上会显示结存。', in: '入', out: '出', handed: '发', placed: '张贴', untracked: '还没有入库', low: '快没了，请补货', negative: '发的比存的多，请盘点', saved: '已存本机',
    material: '宣传品', qty: '数量', adjustHint: '少了写负数，比如 -15', batch: '批次', printed: '印制日期', from: '来自', to: '给谁', chooseUnit: '选单位', optional: '可不填', qtyWrong: '请写一个整数，比如 500。',
  },
  tally: {
    today: '今天', isClosed: '{at} {by} 已日结', changed: '日结后有改动，请重新日结', rate: '提醒率', number: '数字 ↵', days: '最近几天', done: '已日结', missing: '漏报', open: '未日结', close: '日结', closed: '已日结', reopened: '已重新打开', wrong: '请写数字；加减写 +5、-3。', hint: '写数字就是当天总数，写 +5、-3 是加减。',
    unit: { kind_reminder: '人次', remit_served: '笔', sms_enrol: '张', suspicious_refused: '笔' },
  },
  inspect: {
    title: '张贴检查', waiting: '{n} 家待查', anyTown: '所有乡镇', days: '超过 {n} 天没查', all: '全部', none: '没有该去检查的场所。', noneHint: '会议上发了海报，或者在这里登记张贴，就会出现在左边。', noTown: '未填乡镇', today: '今天已查', ago: '{n} 天前', never: '还没查过', issued: '领 {n} 张', up: '贴 {n} 张', runsN: '每天 {n} 次', stateIssued: '已领，未查', fixed: '当场整改', fixedHere: '当场整改了', past: '以前的检查', next: '下一家', putUp: '登记张贴', undone: '已撤销检查',
    spot: '位置', qty: '张贴数', runs: '每天播放', until: '到期', phone: '公示电话', put: '{venue} 已登记',
  },
  plan: {
    placeUnknown: '计划的地点要在场所里选，直接写的文字存不下来。请选一个，或清空。', year: '{year} 年计划', before: '上一年', after: '下一年', items: '要做的事', periods: '节日时段', targets: '目标', contingency: '预案', none: '今年还没有计划。', newItem: '加一项', editItem: '修改', period: '时段', due: '什么时候', from: '从', to: '到', sameDay: '当天', until: '{on} 前', overdue: '过期了', toOpen: '计划', waiting: '未开始', look: '看', edit: '改', remove: '去掉', putBack: '放回刚去掉的', byCounty: '县里定的', byCalendar: '按历法', activities: '{n} 场活动', planHere: '安排一场', setTarget: '定目标', change: '改目标', targetHint: '数字，0 为不定', numberWrong: '请写数字，比如 5000 或 1.2w。', effective: '实施日期', revised: '修订日期', bodyHint: '发生诈骗时怎么办：谁报警、谁止付、谁劝阻……',
  },
  day: {
    title: '日结', left: '还有 {n} 件', clear: '都清楚了', nothing: '今天没有要处理的。', byHand: '物料清点', byHandHint: '领出 − 退回 − 损坏 = 发放', what: '宣传品', issued: '领出', returned: '退回', damaged: '损坏', tapped: '发放', difference: '差', today: '今天合计', activities: '今天的活动', advisedShort: '登记咨询', all: '结束 {n} 场活动', print: '打印日报', leave: '留待', unleave: '取消留待', finished: '{title} 已结束', tallyItem: '柜面日计还没有日结', lacking: '少了', over: '多发',
    kind: { open: '没结束', missing: '没填全', uncounted: '没清点', difference: '对不上', negative: '库存为负', follow_up: '该回访', tally: '日计', unopened: '没做' },
    count: { uncounted: '发了 {n}，还没清点实物', difference: '{more} {n}', negative: '账上 −{n}' }, do: { close: '结束', go: '去处理' },
    sheet: '反诈宣传工作日报', no: '序号', noActivity: '今日无活动', sums: '登记咨询 {advised} 人，口头咨询 {quick} 人次，指导装APP {installs} 人，到场 {heads} 人。', by: '填报人：', signed: '审核人：',
  },
  ready: {
    title: '出勤检查', verdict: { ok: '可以出门，没有网络也行', warn: '可以出门，有几处请看一眼', act: '先处理标红的，再出门' }, prepare: '和县里同步一次再查', again: '再查一遍', offset: '差 {s} 秒', never: '从来没有', records: '{n} 条', items: '{n} 项', entries: '{n} 条', uncompared: '打开程序后还没和县里对过', reading: '正在逐条读一遍…', whole: '每一条都和写下时一样', damaged: '{n} 条和写下时不一样',
    name: { disk: '磁盘空间', write: '保存一次', clock: '电脑时钟', key: '密钥和证书', received: '上次和县里核对', unsent: '等着送出', venues: '场所登记', people: '人员名单', plan: '一周内的计划', search: '试查一次', records: '已存的记录' },
    advice: { disk: '磁盘快满了，请清理。', write: '保存得慢，请看磁盘。', clock: '请校准电脑时间。', key: '密钥不对，或县里不认这台电脑：请向县办公室要登记码，在同步页重新登记。', received: '请连网和县里同步一次。', unsent: '出门前最好送一次；不送也不会丢。', venues: '还没有场所，现场可以直接写。', people: '还没有人员名单，请同步或在设置里加。', plan: '有过期的计划，请看一眼。', search: '没有查到，请重新打开程序。', records: '磁盘可能坏了，请联系县办公室。' },
  },
  rates: { title: '网吧到会率', none: '还没有开过网吧业主会议。', cafe: '网吧', came: '到会', rate: '到会率', row: '连续缺席', last: '上次到会' },
  meeting: { heads: '不记名到场人数', sheet: '打印签到表', absentWhy: '缺席原因', time: '签到时间', signature: '签字', pasteTooLarge: '粘贴的内容超过 8 MB，不像名册，请只复制名册那几列。', done: '好了', giveAll: '给每家发' },
  roster: { columns: '每一列是什么', column: '第 {n} 列', unused: '不用' },
  venue: { maybe: '是不是这家？', why: { licence: '许可证相同', phone: '电话相同', name: '名称相同', part: '名称相近' } },
  column: { heads_counted: '点数' },
  help: {
    keys: {
      今天: { '↵': '打开第一项', '1–9': '打开这一项', N: '新活动', R: '出勤检查', 'Ctrl D': '日结' },
      讲座培训: { 空格: '点数 +1', H: '填人数', '1–9': '分岗位', M: '点名签到', '⇧ 1–9': '发宣传品' },
      入户: { '↵': '门牌之后', 数字: '结果、人数', '⌫': '撤销', '⇧ 1–9': '发宣传品' },
      张贴检查: { '1–5': '结果', X: '当场整改', '↵': '下一家', N: '登记张贴' },
      日计: { '+ −': '加减一', 数字: '当天总数', 'Ctrl D': '日结' },
    },
  },
}
