// The words about the county's backups, both languages side by side.
export const zh = {
  backup: {
    last: '最近备份：{when}', none: '还没有备份过',
    failed: '{when} 的备份没有做成，记录都在。{last}。请看服务器的硬盘是不是满了、备份盘有没有接好；一小时后会自动再试。',
    old: '超过两天没有备份。{last}。请让服务器一直开着，它每天自动备份一次。',
  },
}
export const en: typeof zh = {
  backup: {
    last: 'Last backup: {when}', none: 'No backup yet',
    failed: 'The backup of {when} failed; no record is lost. {last}. See whether the server’s disk is full and the backup disk connected; it tries again within the hour.',
    old: 'No backup for more than two days. {last}. Keep the server running: it backs up once a day by itself.',
  },
}
