export default {
  template: { title: '活动模板', manage: '管理模板', here: '模板只在这台电脑上，不随同步。设为默认的，选这类活动时自动填好。', none: '还没有模板。在活动详情里按“存为模板”。', isDefault: '默认', makeDefault: '设为默认', rename: '改名', remove: '删掉', removed: '已删掉“{name}”', putBack: '放回“{name}”', filled: '已按默认模板“{name}”填好' },
}
