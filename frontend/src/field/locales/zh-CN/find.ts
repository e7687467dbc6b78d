export default {
  find: { title: '搜全部', button: '搜索', hint: '号码、名称、拼音首字母…', what: '咨询、线索、活动、场所、案例、发布、成效，一起找。', none: '没有找到，换个词试试。', of: '{n} / {total}', choose: '选', open: '打开' },
  help: { keys: { 到处都能用: { 'Ctrl K': '搜全部' } } },
}
