export default {
  place: { lead: 'Leads' },
  lead: {
    tab: { list: 'Register', clusters: 'Clusters', trend: 'Trend' }, search: 'Number, site, name', anyKind: 'Kind', anyStatus: 'Status', sort: { last: 'Latest', hits: 'Most hits', first: 'Newest', kind: 'By kind' },
    none: 'No leads yet. Paste numbers and sites while you record a consultation.', kind: 'Kind', value: 'Value', hits: 'Hits', types: 'Types', last: 'Last', status: 'Status', changed: '{n} changed', saved: 'Stored here', noClusters: 'No two consultations share a lead yet.', cluster: '{n} consultations share leads',
    consultations: 'Consultations that name it', noConsultations: 'No consultation names it.', spread: '{places} activities · {devices} computers', related: 'Named together with it', graph: 'Links', graphAlt: 'A graph of {n} nodes; the lists beside it say the same', graphCut: 'Too many; only a part is drawn.', noGraph: 'Nothing is linked.', platform: 'Bank or platform', doubtful: 'The number does not add up; check it',
    trendTitle: 'Types of fraud by month', months: '{n} months', total: 'Total', rise: 'On last month', newLeads: 'New leads',
  },
  help: { keys: { Leads: { '1 2 3': 'register, clusters, trend', '/': 'search', Space: 'select a row', '1–6': "on a lead's page: status", 'Ctrl C': 'copy', 'Alt H': 'history' } } },
}
