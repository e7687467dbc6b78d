export default {
  record: { overtaken: '“{fields}”刚在另一台电脑上也改过，现在是您填的。那边填的在“历史”里，可以换回来。', and: '、', more: '更多', left: '接着上次没存完的', anew: '重新填' },
  consult: { asStored: '不要这些修改' },
  digest: { restored: '接着上次没存完的', drop: '不要了', noteHint: '自己看的，不发布' },
  ready: { practice: '练习不上报，不用管' },
  inspect: { note: '备注', noteHint: '看到什么，比如“贴在柱子后面”' },
  column: { digest: '引用案例', counterpart: '配合单位', amount: '金额', platform: '平台', fixed_on_spot: '当场整改' },
}
