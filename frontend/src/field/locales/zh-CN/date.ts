export default {
  date: { unknown: '日期没有认出来，没有改。写成 2025-01-10 或 1-10。' },
}
