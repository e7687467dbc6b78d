// Interfaces and import, both languages side by side.
export const zh = {
  api: {
    tab: { import: '导入台账', try: '数据接口', tokens: '密钥' }, forWhom: '给哪个系统用，如：数据中台', make: '发密钥', once: '只显示这一次，请马上交给对方。', noTokens: '还没有发过密钥', system: '系统', madeBy: '发给', lastUse: '最近使用', state: '状态', good: '有效', revoked: '已收回', revoke: '收回',
    run: '试一下', openIt: '在新页打开', binary: '文件，{n} 字节', kind: { activity: '活动台账', consultation: '咨询台账', outcome: '成效台账', post: '发布台账', venue: '场所名册' }, choose: '选 Excel 文件', rows: '{n} 行', noColumn: '（没有这一列）', line: '第 {n} 行',
    fresh: '新 {n} 条', known: '已有 {n} 条，不动', alike: '{n} 行和前面的一样，各算一条', bad: '{n} 行有问题', importAll: '导入 {n} 条', importGood: '只导入好的 {n} 条', imported: '已导入 {n} 条', undone: '已撤销，{n} 条作废不计', wasUndone: '已撤销', batches: '导入过的', noBatches: '还没有导入过',
    dropHere: '把 .xlsx 拖到这里', dropHint: '没经过电脑录入的旧台账，第一行写列名；同一份导两次不会重复',
  },
}
export const en: typeof zh = {
  api: {
    tab: { import: 'Import ledgers', try: 'Interface', tokens: 'Keys' }, forWhom: 'For which system', make: 'Make a key', once: 'Shown this once; hand it over now.', noTokens: 'No key yet', system: 'System', madeBy: 'Made by', lastUse: 'Last used', state: 'State', good: 'good', revoked: 'revoked', revoke: 'Revoke',
    run: 'Try', openIt: 'Open in a new page', binary: 'a file of {n} bytes', kind: { activity: 'Activities', consultation: 'Consultations', outcome: 'Outcomes', post: 'Posts', venue: 'Venues' }, choose: 'Choose an Excel file', rows: '{n} rows', noColumn: '(no such column)', line: 'Row {n}',
    fresh: '{n} new', known: '{n} known, left alone', alike: '{n} rows repeat an earlier one; each counts', bad: '{n} rows with a problem', importAll: 'Import {n}', importGood: 'Import the {n} good ones', imported: '{n} imported', undone: 'Undone: {n} voided', wasUndone: 'undone', batches: 'Imports', noBatches: 'Nothing was imported yet',
    dropHere: 'Drop an .xlsx here', dropHint: 'Old ledgers that never went through a kit; the first row names the columns; the same file twice doubles nothing',
  },
}
