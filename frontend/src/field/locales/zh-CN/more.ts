// Added to the lists: what a material's mark is, what photos show, and names of columns in a history.
export default {
  record: { bulkDone: '已改 {n} 条', bulkUndo: '撤销刚才改的 {n} 条', bulkUndone: '已改回 {n} 条', bulkUndoneSome: '已改回 {n} 条；后来又改过的没动' },
  stock: { lowAt: '低于 {n} 请补货' },
  activity: { alreadyDone: '这场已经结束了，要接着记请按 Ctrl D 重新打开' },
  inspect: { photosNow: '这次检查的照片', photosUp: '张贴的照片' },
  column: { place: '地点', venue_id: '场所', host_unit_id: '召集单位', officer_ids: '参加人员', topic_tags: '宣讲内容', audience_roles: '对象岗位', elder_heads: '60岁以上', consult_quick: '口头咨询', app_installs: '指导装APP', hours_x10: '学时（十分之一）', photo_ids: '照片',
    community: '社区', address: '地址', contact_name: '负责人', contact_phone: '电话', licence_no: '许可证号', seats: '机位数', material_id: '物料', spot: '位置', from_on: '起', to_on: '止', led_runs_per_day: '每天播放', shown_phone: '公示电话', due_from: '开始', due_to: '截止', period_code: '时段', plan_id: '计划', closed: '日结', on: '日期', body: '正文', effective_on: '实施', revised_on: '修订', year: '年度' },
}
