export const zh = {
  reports: {
    title: '报告', make: '生成报告', making: '正在统计…', kind: { R1: '银行机构 → 监管', R2: '网安大队', R3: '县公安局' }, earlier: '以前的报告', none: '还没有报告，选好时段后点“生成报告”',
    bank: '先在“单位”里选一家银行', made: '{who} 生成于 {at}', ledgers: '台账', ledgersHint: '选一份台账导出 Excel，合计是公式', running: '已写 {n} 行', cancel: '取消', fetch: '下载', drop: '去掉', failed: '没有导出',
    personal: '含完整姓名和电话', reason: '用途（记入导出日志）', export: '导出', templates: '模板', own: '自有模板', builtin: '内置模板', download: '下载模板', upload: '换模板', reset: '用内置', placeholders: '模板里可用的占位符', ledgerName: { T1: '活动台账', T2: '物料台账', T3: '签到台账', T4: '咨询台账', T5: '线索台账', T6: '张贴检查台账', T7: '网上发布台账', T8: '成效台账', T9: '联动台账', T10: '柜面日计台账', T11: '培训台账', T12: '入户台账' }, replaced: '模板已更换',
    back: '全部报告', docx: '导出 Word', print: '打印 / PDF', definitions: '附指标口径', saved: '已保存', saving: '正在保存…', unsaved: '没有保存', frozen: '数据冻结于 {at}', complete: '数据是否到齐', late: '补报', lateNone: '冻结后没有新到的数据',
    refresh: '用最新数据重做', refreshHint: '另存为新报告，改过的文字保留，原报告不变', was: '原 {was}，现 {now}', over: '手改 {n} 处', overHint: '和统计数不一致', figure: '指到一个数上看口径', shown: '统计数 {n}', exact: '写精确数', rounded: '写约数', restore: '改回统计数', records: '看记录',
    table: '主要工作指标表', column: { name: '指标', measure: '单位', value: '本期', yearBefore: '上年同期', change: '同比', before: '环比' }, annex: '附件', chart: '统计图', define: '指标口径说明', edit: '正文可直接修改', readonly: '只有管理员能改正文',
  },
}
export const en = {
  reports: {
    title: 'Reports', make: 'Make the report', making: 'Counting…', kind: { R1: 'Bank → regulator', R2: 'Cyber brigade', R3: 'County police' }, earlier: 'Earlier reports', none: 'No reports yet: choose a period and make one',
    bank: 'Choose a bank under “units” first', made: '{who}, {at}', ledgers: 'Ledgers', ledgersHint: 'Choose a ledger for Excel; totals are formulas', running: '{n} rows written', cancel: 'Cancel', fetch: 'Download', drop: 'Remove', failed: 'Not exported',
    personal: 'Full names and telephone numbers', reason: 'What for (goes into the export log)', export: 'Export', templates: 'Templates', own: 'Own template', builtin: 'Built-in template', download: 'Download', upload: 'Replace', reset: 'Use the built-in', placeholders: 'Placeholders that a template may hold', ledgerName: { T1: 'Activities', T2: 'Stock', T3: 'Sign-ins', T4: 'Consultations', T5: 'Leads', T6: 'Posters', T7: 'Posts', T8: 'Results', T9: 'Joint actions', T10: 'Counter days', T11: 'Trainings', T12: 'Households' }, replaced: 'The template was replaced',
    back: 'All reports', docx: 'Export to Word', print: 'Print / PDF', definitions: 'With definitions', saved: 'Saved', saving: 'Saving…', unsaved: 'Not saved', frozen: 'Figures frozen at {at}', complete: 'Is everything in?', late: 'Arrived late', lateNone: 'Nothing has arrived since it was frozen',
    refresh: 'Make it anew with the latest', refreshHint: 'As a new report: your wording stays, this one is kept', was: 'was {was}, now {now}', over: '{n} typed over', overHint: 'differs from the figures', figure: 'Point at a figure for its definition', shown: 'The figure is {n}', exact: 'Write it exactly', rounded: 'Write it rounded', restore: 'Back to the figure', records: 'Records',
    table: 'Main figures', column: { name: 'Figure', measure: 'Unit', value: 'Period', yearBefore: 'Year before', change: 'Change', before: 'On the last' }, annex: 'Annex', chart: 'Charts', define: 'Definitions', edit: 'Edit the text in place', readonly: 'Only an administrator may edit the text',
  },
}
