export default {
  place: { digest: '案例' },
  digest: {
    tab: { digest: '案例', slogan: '标语', post: '发布', outcome: '成效' }, search: '搜题目、内容', none: '还没有案例。打开一条咨询，按 Alt G 就能写成案例。', new: '写案例', edit: '修改案例', title: '题目', elements: '要素', article: '短文', state: '状态', saved: '已存本机', moved: '已改为：{state}',
    fromConsultation: '由咨询写成，个人信息已略去，请再读一遍', check: '发布前检查', checkLater: '保存后检查。', clean: '没有个人信息，可以发布。', blemishes: '{n} 处要改', blemish: { identity: '证件号', card: '卡号', phone: '电话', link: '网址', name: '姓名' }, from: '来源', seeConsultation: '看来源咨询', copyArticle: '复制短文', post: '登记发布',
    sloganHint: '写一条标语，30 字以内', addSlogan: '加上', noSlogans: '还没有标语。', used: '用过 {n} 次',
  },
  help: { keys: { 案例与发布: { '1–4': '案例、标语、发布、成效', N: '写案例、粘贴链接、记成效', 'Alt B': '成批粘贴发布', 'Alt C': '复制短文', 'Alt P': '登记发布', 'Alt V': '案例作废、恢复', 'Ctrl E': '导出', 'Ctrl P': '打印' } } },
}
