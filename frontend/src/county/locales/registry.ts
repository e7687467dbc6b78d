// The registers' words, both languages side by side.
export const zh = {
  registry: {
    tab: { unit: '单位', officer: '人员', venue: '场所', material: '物料', period: '时段', duplicates: '重复', codes: '代码', rules: '规则', attendance: '签到的人', activity: '活动', outcome: '成效', case_digest: '案例' },
    find: '找：名称、首字母、代码', allKinds: '全部类别', show: '显示', inUse: '在用', outOfUse: '已停用', merged: '已并入', count: '{found} / {total} 条', add: '新建', none: '还没有。点“新建”。', noneFound: '没有符合的',
    into: '并入', uses: '用到', unmerge: '拆开', restore: '恢复', restored: '已恢复', unmerged: '已拆开：{before} → {after} 条', reach: '改了就生效，各台电脑下次同步拿到', narrow: '只显示前 {n} 条，请输入名称再找',
    saved: '已保存', putAway: '已停用，历史记录不变', stop: '停用这一条', new: '新建{what}', needed: '必填',
    field: {
      code: '代码', name: '名称', short_name: '简称', department: '部门类别', parent_id: '上级单位', report_to: '报送机关', service_phone: '客服电话', teller_headcount: '柜面人数', staff_headcount: '全员人数',
      staff_no: '工号/警号', unit_id: '所属单位', role: '岗位', active: '在岗', kind: '类别', town: '乡镇', community: '社区', address: '地址', contact_name: '负责人', contact_phone: '联系电话', licence_no: '许可证号', seats: '机位数', state: '状态', org_name: '网吧/单位', phone: '电话', source: '来源', meeting: '会议',
      group: '类别', edition: '版本', hotkey: '数字键', low_stock: '补货线(份)', unit_cost_fen: '单价(元)', year: '年度', from_on: '开始', to_on: '结束',
      when: '时间', activity_kind: '类别', activity_state: '状态', title: '名称', place: '地点', lead: '主办单位', partners: '协办单位', occurred_on: '日期', outcome_kind: '类别', ref_no: '编号', outcome_source: '途径', averted_fen: '避免损失(元)', recovered_fen: '挽回(元)', persons: '人数', fraud_types: '诈骗类型', digest_state: '状态',
    },
    pairs: '{n} 对待看', noPairs: '没有疑似重复', first: '左边', second: '右边', keepLeft: '并为左边', keepRight: '并为右边', keepApart: '不是一家', two: { attendance: '不是一个人', activity: '不是一场', outcome: '不是一件', case_digest: '不是一篇' }, person: '姓名', undo: '撤销',
    reason: { same_name: '同名', similar_name: '名称相近', pinyin: '读音相同', phone: '电话相同', licence: '许可证相同', town: '同一乡镇', address: '地址相近', kind: '同类', org: '同一单位',
      same_venue: '同一场所', same_place: '地点相同', similar_place: '地点相近', same_unit: '主办相同', partner_unit: '互为主办、协办', shared_partner: '协办有同一家', same_time: '时间重叠', half_day: '同半天', same_title: '名称相同',
      same_number: '编号相同（写法不同）', same_day: '同一天', same_amount: '数额相同', same_source: '途径相同' },
    hangs: { activity: '活动', attendance: '签到', placement: '张贴', officer: '人员', device: '电脑', consultation: '咨询', inspection: '检查', handout: '发放', leaflets: '宣传单(份)', heads: '到场(人)', post: '发布', slogan: '标语', asked: '咨询(人次)' },
    made: '建于', countAfter: '这一类 {before} 家 → {after} 家', signedAfter: '这场签到 {before} 人 → {after} 人', dayAfter: '当天{what} {before} 场 → {after} 场', digestsAfter: '这类案例 {before} 篇 → {after} 篇', outcomesAfter: '当天{what} {before} 条 → {after} 条', together: { leaflets: '宣传单合计 {n} 份', asked: '咨询合计 {n} 人次' }, comma: '，', childrenStay: '记录不改写，随时可拆开', mergedNow: '“{from}”已并入“{to}”：{before} → {after} 条', apartNow: '记下了，不再提示',
    shipped: '原名', ourName: '本县叫法', pickable: '选单里', picked: '显示', notPicked: '不显示', ownCode: '自设代码的名称', codesNote: '旧记录上的代码始终可读；自设代码以 X 开头',
    codeTable: {
      fraud_type: '诈骗类型', channel: '接触渠道', age_band: '年龄段', stage: '进展', outcome: '处理结果', advice: '已作提示', source: '来源', pay_method: '付款方式', gender: '性别', venue_kind: '场所类别', venue_state: '场所状态', activity_kind: '活动类别',
      activity_state: '活动状态', role: '岗位', department: '部门类别', material_group: '物料类别', void_reason: '作废原因', absent_reason: '缺席原因', device_state: '电脑状态', spot: '张贴位置', placement_kind: '张贴类别', household_result: '入户结果',
      stock_kind: '出入库', indicator_kind: '线索类别', indicator_status: '线索状态', indicator_role: '线索作用', linkage_kind: '联动动作', linkage_result: '联动结果', outcome_kind: '成效类别', outcome_source: '成效途径', inspection_result: '检查结果',
      post_channel: '发布渠道', post_purpose: '发布目的', post_via: '发布者', digest_state: '案例状态', plan_kind: '计划类别', tally_kind: '日计项目', period: '时段', topic_tag: '主题',
    },
    rules: {
      large: '大型街面宣传', leaflets: '宣传单满', sheets: '份', or: '或协办单位满', partners: '家', text: '报告写法', rounding: '正文里的数', yu: '5000余份', exact: '5137份', R1: '银行总结报送', R2: '网安总结报送', R3: '县局总结报送',
      toR1: '国家金融监督管理总局××监管分局', toR2: '市公安局网安支队', toR3: '市公安局', wording: '叫法替换，一行一个', wordingExample: '联通 → 网通', redaction: '个人信息保留天数',
      redact_closed_days: '咨询：办结后', redact_open_days: '咨询：一直未办结', redact_phone_days: '签到电话', redact_name_days: '签到姓名', towns: '乡镇', townsHint: '一行一个，各台电脑按这个选',
    },
  },
}
export const en: typeof zh = {
  registry: {
    tab: { unit: 'Units', officer: 'Officers', venue: 'Venues', material: 'Materials', period: 'Periods', duplicates: 'Duplicates', codes: 'Codes', rules: 'Rules', attendance: 'People who signed', activity: 'Activities', outcome: 'Outcomes', case_digest: 'Cases' },
    find: 'Find: name, initials, code', allKinds: 'All kinds', show: 'Show', inUse: 'In use', outOfUse: 'Out of use', merged: 'Merged', count: '{found} of {total}', add: 'New', none: 'Nothing yet. Choose “New”.', noneFound: 'Nothing matches',
    into: 'Merged into', uses: 'Used by', unmerge: 'Split', restore: 'Restore', restored: 'Restored', unmerged: 'Split: {before} → {after} entries', reach: 'Changes count at once; kits get them with their next sync', narrow: 'The first {n} only; type a name to narrow',
    saved: 'Saved', putAway: 'Out of use; records keep it', stop: 'Take out of use', new: 'New: {what}', needed: 'needed',
    field: {
      code: 'Code', name: 'Name', short_name: 'Short name', department: 'Department', parent_id: 'Superior unit', report_to: 'Reports to', service_phone: 'Service telephone', teller_headcount: 'Tellers', staff_headcount: 'Staff',
      staff_no: 'Staff number', unit_id: 'Unit', role: 'Role', active: 'Active', kind: 'Kind', town: 'Town', community: 'Community', address: 'Address', contact_name: 'Contact', contact_phone: 'Telephone', licence_no: 'Licence', seats: 'Seats', state: 'State', org_name: 'Organisation', phone: 'Telephone', source: 'Source', meeting: 'Meeting',
      group: 'Group', edition: 'Edition', hotkey: 'Key', low_stock: 'Low-stock mark', unit_cost_fen: 'Unit cost (yuan)', year: 'Year', from_on: 'From', to_on: 'To',
      when: 'Time', activity_kind: 'Kind', activity_state: 'State', title: 'Title', place: 'Place', lead: 'Led by', partners: 'With', occurred_on: 'Date', outcome_kind: 'Kind', ref_no: 'Number', outcome_source: 'Way', averted_fen: 'Averted (yuan)', recovered_fen: 'Recovered (yuan)', persons: 'People', fraud_types: 'Fraud types', digest_state: 'State',
    },
    pairs: '{n} pairs to look at', noPairs: 'Nothing looks doubled', first: 'Left', second: 'Right', keepLeft: 'Keep left', keepRight: 'Keep right', keepApart: 'Two of them', two: { attendance: 'Two people', activity: 'Two events', outcome: 'Two outcomes', case_digest: 'Two cases' }, person: 'Name', undo: 'Undo',
    reason: { same_name: 'Same name', similar_name: 'Similar name', pinyin: 'Read alike', phone: 'Same telephone', licence: 'Same licence', town: 'Same town', address: 'Similar address', kind: 'Same kind', org: 'Same organisation',
      same_venue: 'Same venue', same_place: 'Same place', similar_place: 'Similar place', same_unit: 'Same lead unit', partner_unit: 'One leads, the other helps', shared_partner: 'A partner in common', same_time: 'Same time', half_day: 'Same half day', same_title: 'Same title',
      same_number: 'Same number, written differently', same_day: 'Same day', same_amount: 'Same amount', same_source: 'Same way' },
    hangs: { activity: 'Activities', attendance: 'Attendance', placement: 'Placements', officer: 'Officers', device: 'Computers', consultation: 'Consultations', inspection: 'Inspections', handout: 'Handouts', leaflets: 'Leaflets', heads: 'People', post: 'Posts', slogan: 'Slogans', asked: 'Consultations' },
    made: 'Made', countAfter: 'Of this kind {before} → {after}', signedAfter: 'Signed at this meeting: {before} → {after}', dayAfter: '{what} that day: {before} → {after}', digestsAfter: 'Cases of this type: {before} → {after}', outcomesAfter: '{what} that day: {before} → {after}', together: { leaflets: '{n} leaflets together', asked: '{n} consultations together' }, comma: ', ', childrenStay: 'No record is rewritten; it can be split at any time', mergedNow: '“{from}” merged into “{to}”: {before} → {after} entries', apartNow: 'Noted; not proposed again',
    shipped: 'As shipped', ourName: 'Our name', pickable: 'In pickers', picked: 'shown', notPicked: 'hidden', ownCode: 'Name of an own code', codesNote: 'Codes in old records stay readable; own codes begin with X',
    codeTable: {
      fraud_type: 'Fraud types', channel: 'Channels', age_band: 'Age bands', stage: 'Stages', outcome: 'Results', advice: 'Advice', source: 'Sources', pay_method: 'Ways of paying', gender: 'Gender', venue_kind: 'Venue kinds', venue_state: 'Venue states', activity_kind: 'Activity kinds',
      activity_state: 'Activity states', role: 'Roles', department: 'Departments', material_group: 'Material groups', void_reason: 'Void reasons', absent_reason: 'Reasons of absence', device_state: 'Computer states', spot: 'Spots', placement_kind: 'Placement kinds', household_result: 'Household results',
      stock_kind: 'Stock moves', indicator_kind: 'Indicator kinds', indicator_status: 'Indicator states', indicator_role: 'Indicator roles', linkage_kind: 'Linkage steps', linkage_result: 'Linkage results', outcome_kind: 'Outcome kinds', outcome_source: 'Outcome sources', inspection_result: 'Inspection results',
      post_channel: 'Post channels', post_purpose: 'Post purposes', post_via: 'Posted by', digest_state: 'Digest states', plan_kind: 'Plan kinds', tally_kind: 'Tally kinds', period: 'Periods', topic_tag: 'Topics',
    },
    rules: {
      large: 'Large street campaign', leaflets: 'Leaflets from', sheets: '', or: 'or partner units from', partners: '', text: 'Reports', rounding: 'Counts in the text', yu: '5000余份', exact: '5137份', R1: 'Bank report to', R2: 'Cyber report to', R3: 'Bureau report to',
      toR1: '国家金融监督管理总局××监管分局', toR2: '市公安局网安支队', toR3: '市公安局', wording: 'Names to replace, one a line', wordingExample: '联通 → 网通', redaction: 'Days that personal data is kept',
      redact_closed_days: 'Consultation: after closing', redact_open_days: 'Consultation: never closed', redact_phone_days: 'Attendance: telephone', redact_name_days: 'Attendance: name', towns: 'Towns', townsHint: 'One a line; kits choose from these',
    },
  },
}
