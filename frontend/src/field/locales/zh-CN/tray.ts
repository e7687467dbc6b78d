export default {
  place: { tray: '待处理' },
  tray: { count: '{n} 件', none: '没有要处理的。', safe: '原样保存着，没有丢。', kind: { refused: '县里没收', withheld: '县里没并', held: '没有并入', damaged: '磁盘损坏', rule: '对不上', both: '两人同改', blended: '两边合写' }, open: '打开修改', resend: '再报一次', resent: '已重新上报', release: '并进来', released: '已并入', reads: '读得通' },
  help: { keys: { 待处理: { '↑ ↓': '换一件', O: '打开修改', R: '再报一次', M: '并进来', X: '导出', '1 2': '留这个、用那个', Y: '读得通' } } },
}
