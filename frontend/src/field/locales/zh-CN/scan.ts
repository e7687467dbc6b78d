// Signing in by scanning a code.
export default {
  scan: { signed: '✓ {name}（{org}）已签到', already: '{name}（{org}）{at} 已经签过了', cards: '打印名牌', code: '扫码签到', here: '到场扫码签到' },
  meeting: { search: '扫码，或打姓名、网吧首字母、电话尾号' },
  help: { keys: { 会议: { 'Alt C': '打印名牌（扫码签到）' }, 列表: { 'Ctrl E': '导出 Excel、CSV', 'Ctrl P': '打印', 'Ctrl A': '全选', 空格: '选中这一条', 'Ctrl Z': '撤销成批修改' }, 记录: { 'Alt H': '历史，可恢复', P: '加照片' } } },
}
