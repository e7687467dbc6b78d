/** Outlines of the rail's icons, 24 × 24. */
export const icons: Record<string, string> = {
  booth: 'M4 9l1.5-5h13L20 9M4 9v11h16V9M4 9a2.7 2.7 0 005.3 0 2.7 2.7 0 005.4 0A2.7 2.7 0 0020 9M9 20v-6h6v6',
  consult: 'M4 5h16v11H12l-5 4v-4H4z',
  meeting: 'M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 11a3 3 0 100-6M18 14.5a6 6 0 013.5 5.5',
  venue: 'M12 21s7-6.2 7-11.5A7 7 0 005 9.500C5 14.800 12 21 12 21zM12 12a2.500 2.500 0 100-5 2.500 2.500 0 000 5z',
  sync: 'M20 11a8 8 0 00-14.500-4L4 9M4 4v5h5M4 13a8 8 0 0014.500 4L20 15M20 20v-5h-5',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 4.500v5M8 14.500v5',
}
