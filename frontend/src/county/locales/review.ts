// The review's words, both languages side by side.
export const zh = {
  review: {
    waiting: '待核', none: '都核过了', stands: '现在算', other: '另一边', open: '打开记录', move: '上下看', flowsBack: '改动会同步回各台电脑', andMore: '还有 {n} 条', correct: '改：{what}', notClosed: '未办结', closeNow: '现在办结', openAgain: '改为未办结', inYuan: '（元）', tenths: '（0.1 小时）',
    kind: { conflict: '两人同改', void_edit: '作废又改', stock: '结存为负', rush: '发得太快', outside: '时间不合', heads: '人数不合', elders: '人数不合', crowd: '人数过大', future: '日期在后', double: '疑似重复', clock: '钟不准', held: '扣住的记录', held_clock: '扣住的记录', held_fork: '两份不同', held_unread: '读不懂', held_field: '一栏没并', blended: '合并文字' },
    say: {
      conflict: '“{field}”有两个值：{winner} 和 {loser} 没看到对方就改了。', void_edit: '{voider} 作废时，{editor} 也在改。现在是作废，不计入。', stock: '这个单位的结存是 {n}。漏登入库，或发放多记了？', rush: '{minutes} 分钟里记了 {qty} 份。是补登，还是多按了零？',
      outside: '咨询时间不在活动时间内。', heads: '到场人数写 {heads}，签到却有 {signed} 人。', elders: '60 岁以上写 {elders} 人，比到场 {heads} 人还多。', crowd: '到场人数写 {heads}，超过 5,000。', future: '这条记录的日期还没到。', double: '{on} 同途径、同金额 {amount} 元，有 {n} 条。',
      clock: '这台电脑的钟{off}，期间录了 {n} 条。按校准改，时间就对了。', held: '这台电脑标为遗失后送来的一包记录，没有计入。确认是本单位录的再接收。', held_clock: '这台电脑写这一包时，钟快了一天以上，没有计入。看过再接收，时间可以再改。',
      held_fork: '这台电脑可能用备份恢复过：同一编号有两份不同内容，这一份没有计入。请电话核对，让它重新登记。', held_unread: '这一包的内容读不懂，没有计入，原样存着。升级县里的程序后再接收。', held_field: '{device} 写的“{field}”不合这个版本的规则，没有并入；别的栏都在。那台电脑改一下就会再来。', blended: '“{field}”两边同时写了，已合在一起，请看一眼通不通。',
    },
    do: { keep: '就用现在的', swap: '换成另一边', accept: '没有问题', join: '并成一条', edit: '改', void: '作废', restore: '恢复计入', shift: '按校准改', adjust: '逐条看', release: '接收' },
    clock: {
      title: '{what} 的钟', measured: '校准时测得：{off}', span: '它的钟走在 {from} 到 {to} 之间', move: '往哪边改', earlier: '改早', later: '改晚', hours: '小时', minutes: '分钟', asMeasured: '按测得的',
      fix: '改', record: '记录', now: '现在', then: '改后', stays: '不改', correct: '改这 {n} 条',
    },
    done: { keep: '已定：{what}', swap: '已换：{what}', accept: '已核：{what}', join: '已并成一条，可在“名册与重复”拆开：{what}', edit: '已改：{what}', void: '已作废：{what}', restore: '已恢复：{what}', shift: '已改 {n} 条', release: '已接收：{what}' },
    markReviewed: '已核', markVoid: '作废', markLive: '恢复', history: '经过', lost: '未采用', takenOut: '已去掉', column: { voided: '作废', reviewed: '已核', merged_into: '并入', redacted_at: '脱敏', phone_redacted_at: '电话脱敏', state: '状态', photo_ids: '照片', no_indicator: '无线索' },
  },
}
export const en: typeof zh = {
  review: {
    waiting: 'To review', none: 'Nothing waits', stands: 'Counts now', other: 'The other', open: 'Open record', move: 'move', flowsBack: 'Corrections go back to the kits', andMore: '{n} more', correct: 'Correct: {what}', notClosed: 'open', closeNow: 'Close now', openAgain: 'Open again', inYuan: ' (yuan)', tenths: ' (0.1 h)',
    kind: { conflict: 'Two edits', void_edit: 'Void and edited', stock: 'Negative stock', rush: 'Too fast', outside: 'Time outside', heads: 'Heads differ', elders: 'Heads differ', crowd: 'Very many', future: 'Future date', double: 'Double?', clock: 'Wrong clock', held: 'Held back', held_clock: 'Held back', held_fork: 'Two contents', held_unread: 'Not readable', held_field: 'Field left out', blended: 'Joined text' },
    say: {
      conflict: '“{field}” has two values: {winner} and {loser} wrote without seeing each other.', void_edit: '{voider} voided it while {editor} was editing. It is void now and counts nowhere.', stock: 'The balance of this unit is {n}. A receipt missing, or too many handed out?', rush: '{qty} leaflets within {minutes} min. Entered afterwards, or a zero too many?',
      outside: 'The consultation lies outside its activity.', heads: '{heads} people stated, {signed} signed in.', elders: '{elders} elderly of {heads} people.', crowd: '{heads} people stated, more than 5,000.', future: 'This record is dated ahead.', double: '{n} records of {on}, same source, same amount {amount} yuan.',
      clock: 'The clock of this computer is {off}; it recorded {n} entries. Correct them by the measured offset.', held: 'Records of a computer marked as lost; not counted. Take them in when the unit confirms them.', held_clock: 'This computer wrote them with a clock more than a day ahead; not counted. Look, then take them in; times can be corrected.',
      held_fork: 'This computer may have been restored from a backup: there are two contents under one number, and this one is not counted. Call, and enrol it again.', held_unread: 'These bytes are not understood; not counted, and kept as they are. Update the county’s program, then take them in.', held_field: '“{field}” as {device} wrote it does not fit this version and was left out; the other fields are there. It comes again when that computer corrects it.', blended: 'Both sides wrote “{field}”; the texts were joined. Please read it once.',
    },
    do: { keep: 'Keep', swap: 'Take the other', accept: 'It is right', join: 'Join the two', edit: 'Correct', void: 'Void', restore: 'Count it again', shift: 'Correct times', adjust: 'One by one', release: 'Take in' },
    clock: {
      title: 'Clock of {what}', measured: 'Measured: {off}', span: 'its clock went from {from} to {to}', move: 'Direction', earlier: 'Earlier', later: 'Later', hours: 'h', minutes: 'min', asMeasured: 'As measured',
      fix: 'Correct', record: 'Record', now: 'Now', then: 'Then', stays: 'stays', correct: 'Correct {n}',
    },
    done: { keep: 'Kept: {what}', swap: 'Swapped: {what}', accept: 'Reviewed: {what}', join: 'Joined; split it under Registers · Duplicates: {what}', edit: 'Corrected: {what}', void: 'Voided: {what}', restore: 'Restored: {what}', shift: '{n} corrected', release: 'Taken in: {what}' },
    markReviewed: 'reviewed', markVoid: 'void', markLive: 'restored', history: 'History', lost: 'not used', takenOut: 'taken out', column: { voided: 'Void', reviewed: 'Reviewed', merged_into: 'Merged into', redacted_at: 'Redacted', phone_redacted_at: 'Telephone redacted', state: 'State', photo_ids: 'Photos', no_indicator: 'No indicator' },
  },
}
