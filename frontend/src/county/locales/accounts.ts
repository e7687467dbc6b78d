// The accounts' words, both languages side by side.
export const zh = {
  accounts: {
    title: '账号', add: '新建账号', name: '账号', display: '姓名', role: '权限', unit: '单位', used: '最近使用', off: '已停用', never: '—', password: '口令', newPassword: '新口令（不改就空着）', passwordHint: '至少 8 个字，可以用一句话',
    stop: '停用这个账号', back: '恢复使用', saved: '已保存：{name}', change: '改账号：{name}', ended: '改了权限或口令，他要重新登录',
    roles: { admin: '管理员', analyst: '分析员', lead: '单位负责人', officer: '单位人员', auditor: '审计员' },
    says: { admin: '全部都能看、能改', analyst: '看全县、出台账，不改记录', lead: '只看本单位和联办的，可出本单位台账', officer: '只看本单位和联办的', auditor: '只看登录与操作、电脑名单' },
  },
}
export const en: typeof zh = {
  accounts: {
    title: 'Accounts', add: 'New account', name: 'Account', display: 'Name', role: 'May do', unit: 'Unit', used: 'Last used', off: 'out of use', never: '—', password: 'Password', newPassword: 'New password (empty: as it is)', passwordHint: 'At least 8 characters; a sentence is fine',
    stop: 'Take out of use', back: 'Use again', saved: 'Saved: {name}', change: 'Account: {name}', ended: 'After a change of role or password the person signs in again',
    roles: { admin: 'Administrator', analyst: 'Analyst', lead: 'Head of a unit', officer: 'Member of a unit', auditor: 'Auditor' },
    says: { admin: 'sees and changes everything', analyst: 'sees the county, exports ledgers, changes no record', lead: 'sees its unit and what it joined, exports its ledgers', officer: 'sees its unit and what it joined', auditor: 'sees sign-ins and actions and the computers' },
  },
}
