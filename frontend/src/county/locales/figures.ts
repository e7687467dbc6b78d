// The overview's and the drill-down's further words.
export const zh = {
  figures: {
    wan: '万元', yuan: '元', part: '分类', noPart: '未填', madeOf: '由 {code} 合计：',
    name: { M08c: '咨询登记', M08q: '简要咨询', M08a: '按年龄段', M14k: '善意提醒', M14r: '办理汇款', M17f: '活动老年人数', M17g: '入户老年人数', M08t: '街面咨询登记' },
    table: { activity: '活动', handout: '物料与活动', consultation: '咨询', outcome: '成效', post: '发布', household: '入户', attendance: '签到', venue: '场所', unit: '单位', placement: '张贴', daily_tally: '柜面日计', indicator: '线索', case_digest: '案例', slogan: '标语', plan: '预案', linkage_action: '联动' },
  },
}
export const en: typeof zh = {
  figures: {
    wan: '×10,000 yuan', yuan: 'yuan', part: 'Part', noPart: 'not given', madeOf: 'Sum of {code}:',
    name: { M08c: 'consultation records', M08q: 'quick advice', M08a: 'by age', M14k: 'kind reminders', M14r: 'remittances', M17f: 'elderly at activities', M17g: 'elderly at home', M08t: 'consultations at booths' },
    table: { activity: 'Activity', handout: 'Material and activity', consultation: 'Consultation', outcome: 'Outcome', post: 'Post', household: 'Household', attendance: 'Attendance', venue: 'Venue', unit: 'Unit', placement: 'Placement', daily_tally: 'Counter day', indicator: 'Indicator', case_digest: 'Digest', slogan: 'Slogan', plan: 'Plan', linkage_action: 'Linkage' },
  },
}
