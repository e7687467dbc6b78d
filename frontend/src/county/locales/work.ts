// Analysis, plan and the telephone list, both languages side by side.
export const zh = {
  analysis: {
    emerging: '新出现和上升的类型', clusters: '可串并的咨询', groups: '易受害人群', places: '咨询多的地方', hours: '什么时候多', none: '没有', new: '新', copy: '复制', copied: '已复制，可粘到报告里', intoReport: '放进报告', placed: '已放到《{title}》末尾。', openReport: '打开报告', noReport: '还没有报告。', makeReport: '去做一份', records: '看记录', member: '第 {n} 起',
    how: { emerging: '近四周比前十二周平均', clusters: '用了同一个号码、账户、网址…；被冒用的不算', groups: '按损失排', places: '' },
  },
  plan: { title: '{year} 年计划进度', county: '全县', passed: '全年已过 {n}%', figure: '指标', target: '计划', actual: '完成', progress: '进度', behind: '落后的单位', none: '未定', notNumber: '请填数字', note: '细线是今天该到的位置；计划写在格子里，回车就存' },
  phoneList: { open: '电话名单', title: '请打电话', none: '都在按时同步，不用打', silent: '{n} 天没来', never: '登记后没同步过', waiting: '还差 {n} 条', noPhone: '名册里没填电话', print: '打印', save: '存成 Excel', storage: '已收', free: '剩余空间', differs: '数据不符', astray: '从 {since} 起与县里对不上。请打电话，让 {label} 到“设置”里检查，再同步一次。' },
}
export const en: typeof zh = {
  analysis: {
    emerging: 'New and growing types', clusters: 'Consultations to join', groups: 'Groups at risk', places: 'Where most ask', hours: 'When most ask', none: 'None', new: 'new', copy: 'Copy', copied: 'Copied; paste it into the report', intoReport: 'Into a report', placed: 'Put at the end of “{title}”.', openReport: 'Open it', noReport: 'There is no report yet.', makeReport: 'Make one', records: 'Records', member: 'No. {n}',
    how: { emerging: 'last four weeks against the twelve before', clusters: 'the same number, account, site…; spoofed ones left out', groups: 'by what they lost', places: '' },
  },
  plan: { title: 'Plan of {year}', county: 'Whole county', passed: '{n} % of the year are over', figure: 'Figure', target: 'Plan', actual: 'Done', progress: 'Progress', behind: 'Units behind', none: 'none', notNumber: 'Please type a number', note: 'The thin line is where today should be; type targets into the cells, Enter saves' },
  phoneList: { open: 'Telephone list', title: 'Please telephone', none: 'All sync in time; nobody to call', silent: 'silent for {n} days', never: 'never synced', waiting: '{n} records missing', noPhone: 'no number in the register', print: 'Print', save: 'Save as Excel', storage: 'Received', free: 'Disk left', differs: 'Data differs', astray: 'Since {since} its rows are not those of the county. Call: have {label} checked under Settings, then synced again.' },
}
