export default {
  server: {
    title: '县服务器', change: '服务器地址', again: '重新登记', refused: '县里暂不接收这台电脑', moved: '地址变了？', known: '本机知道的地址', current: '正在用', told: '县里告知', drop: '去掉',
    field: '新地址或登记码', example: '10.0.0.5，或粘贴 FK1-…', hint: '县办公室会在电话里告诉你。本机记录都在，不会丢。', use: '核对并使用', busy: '正在核对…', keep: '先记下', kept: '已记下，有网络时会试', renewed: '已重新登记',
  },
  welcome: { titleAgain: '重新登记这台电脑', hintAgain: '登记信息读不出来了，记录都还在本机。向县办公室要一个新登记码，登记后接着用。' },
  settings: { log: '故障日志' },
  help: { keys: { 同步: { A: '服务器地址、重新登记' } } },
}
