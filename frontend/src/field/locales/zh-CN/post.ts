export default {
  post: {
    linkHint: '粘贴链接或分享口令', link: '链接', channel: '渠道', title: '标题', forwards: '转发', reads: '阅读', times: '次', add: '记下', saved: '已存本机：{channel}', known: '已经登记过', counts: '计 {n} 次', none: '还没有发布。粘贴一条链接就能记。', bulk: '成批粘贴', search: '搜标题、账号', anyChannel: '所有渠道', fromDigest: '引用案例：{title}',
    pasteHint: '在表格里复制几行（渠道、标题、链接、转发、阅读、时间），粘贴到这里', willAdd: '{n} 条，计 {count} 次', look: '看看', import: '导入 {n} 条', imported: '已导入 {n} 条', tooLong: '内容太长了，请分几次粘贴。没有改动任何内容。',
  },
}
