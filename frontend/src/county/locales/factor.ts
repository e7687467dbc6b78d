// The words of the telephone's code, both languages side by side.
export const zh = {
  factor: {
    title: '手机验证码', mark: '验证码', off: '没有绑定。绑定后登录要再输手机上的 6 位数字；导出完整姓名和电话必须先绑定。', on: '已绑定：登录要输手机上的验证码', again: '退出后用验证码重新登录，才能导出完整姓名和电话',
    bind: '绑定手机', rebind: '换手机', drop: '取消绑定', password: '你的口令', code: '手机上的 6 位验证码', oldCode: '现在这部手机上的验证码', next: '下一步', confirm: '确认绑定', sureDrop: '确认取消',
    hint: '每 30 秒换一个，每个只能用一次', scan: '用手机上的身份验证器扫这个码', type: '扫不了就手工输入这串密钥', bound: '已绑定，其他地方的登录已退出', dropped: '已取消绑定', lost: '手机丢了，请管服务器的人运行 fieldkit county factor --drop {name}',
  },
}
export const en: typeof zh = {
  factor: {
    title: 'Code of a telephone', mark: 'code', off: 'None is bound. Once one is, signing in takes the six digits it shows; full names and telephone numbers are exported only so.', on: 'Bound: signing in takes the code that the telephone shows', again: 'Sign out and in again with the code to export full names and telephone numbers',
    bind: 'Bind a telephone', rebind: 'Another telephone', drop: 'Unbind', password: 'Your password', code: 'The six digits on the telephone', oldCode: 'The code on the telephone bound now', next: 'Next', confirm: 'Bind', sureDrop: 'Unbind',
    hint: 'A new one comes every 30 seconds; each works once', scan: 'Scan this with the authenticator on the telephone', type: 'Or type this key', bound: 'Bound; your other sessions have ended', dropped: 'Unbound', lost: 'If the telephone is lost, who keeps the server runs fieldkit county factor --drop {name}',
  },
}
