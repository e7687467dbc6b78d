// The 110 desk and the counter.
export default {
  desk: { none: '这一班还没有来电', call: '登记来电', calls: '起受理', rate: '要素完整率', relatives: '人劝导亲属', stopped: '起劝阻止付', followUps: '要回访的', lacking: '要素不全', end: '交班', given: '发放资料', tally: '柜面日计', closeDay: '日结' },
  help: { keys: { '110专家席': { C: '登记来电', '1–9': '打开这一起', 'Ctrl D': '交班' }, 网点日常: { 'H J K L': '四项日计 +1', '⇧ H J K L': '+10', '1–9': '发这种资料', 'Ctrl D': '日结' } } },
}
