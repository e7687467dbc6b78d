export default {
  template: { title: '活动模板', manage: '管理模板', here: '同步后，本单位各台电脑都有。设为默认的，在这台电脑上选这类活动时自动填好。', none: '还没有模板。在活动详情里按“存为模板”。', isDefault: '默认', makeDefault: '设为默认', rename: '改名', remove: '删掉', removed: '已删掉“{name}”', putBack: '放回“{name}”', filled: '已按默认模板“{name}”填好' },
}
