// Generated from the Go services by `go run ./build/client`; do not edit.
import { call } from './rpc'

export interface AccountInfo {
  name: string
  display: string
  role: string
  unit: string
  unit_name: string
  disabled: boolean
  factor: boolean
  used_at: number
}

export interface AccountForm {
  name: string
  display: string
  role: string
  unit: string
  disabled: boolean
  password: string
}

export interface ReportLine {
  id: string
  kind: string
  title: string
  from: string
  to: string
  made: number
  by: string
}

export interface UnitForm {
  code: string
  name: string
  short_name: string
  department: string
}

export interface Unit {
  id: string
  code: string
  name: string
  short_name: string
  department: string
}

export interface OverviewQuery {
  from: string
  to: string
  units: string[]
}

export interface Analysis {
  clusters: Finding[]
  emerging: Finding[]
  places: Finding[]
  hours: number[]
  hour_say: string
  hour_best: number
  groups: Finding[]
  total: number
}

export interface AuditEntry {
  seq: number
  at: number
  actor: string
  action: string
  subject: string
  address: string
  detail: string
}

export interface ClockProposal {
  number: number
  device: string
  unit: string
  from: number
  to: number
  offset_ms: number
  records: ClockRecord[]
  total: number
}

export interface CodeNames {
  labels: Record<string, string>
  added: Record<string, Code[]>
  retired: string[]
}

export interface OpenCode {
  id: string
  unit_name: string
  label: string
  issued_by: string
  issued_at: number
  expires_at: number
}

export interface Me {
  account: string
  display: string
  role: string
  unit: string
  county: string
  version: string
  factor: boolean
  proved: boolean
  newest: string
}

export interface DeviceInfo {
  id: string
  label: string
  unit: string
  unit_id: string
  state: string
  standing: string
  enrolled_at: number
  last_seen: number
  waiting: number
  clock_ms: number
  version: string
  received: number
  bytes: number
  phone: string
  astray: number
  free: number
}

export interface ReportForm {
  kind: string
  from: string
  to: string
  units: string[]
}

export interface ReportView {
  line: ReportLine
  text: string
  sent: string
  blocks: Block[]
  links: Link[]
  table: Line[]
  before_name: string
  charts: Chart[]
  definitions: Line[]
  complete: string
  missing: string[]
  late: Late[]
  completeness_now: string
  file: string
  at: number
}

export interface Pair {
  table: string
  score: number
  reasons: string[]
  left: PairSide
  right: PairSide
  before: number
  after: number
  together?: Count[]
}

export interface EditField {
  name: string
  kind: string
  codes: string
  value: string
}

export interface ExportJob {
  id: string
  code: string
  name: string
  rows: number
  state: string
  error: string
}

export interface FigureQuery {
  code: string
  part: string
  from: string
  to: string
  units: string[]
  cursor: string
}

export interface FigurePage {
  rows: FigureLine[]
  next: string
  value: number
  name: string
  name_en: string
  measure: string
  kind: string
  define: string
  table: string
  codes: string
  derived: string[]
}

export interface HistoryLine {
  field: Field
  device: string
  at: number
  lost: boolean
  removed: boolean
}

export interface ImportField {
  name: string
  zh: string
  en: string
  needed: boolean
  hints: string[]
}

export interface ImportForm {
  id: string
  kind: string
  columns: Record<string, number>
}

export interface ImportPlan {
  rows: number
  fresh: number
  known: number
  alike: number
  problems: ImportProblem[]
  bad: number
}

export interface ImportBatch {
  id: string
  kind: string
  file: string
  at: number
  by: string
  rows: number
  undone_at: number
}

export interface CodeForm {
  unit_id: string
  unit: UnitForm
  label: string
}

export interface IssuedCode {
  id: string
  text: string
  unit_id: string
  unit_name: string
  label: string
  addresses: string[]
  expires_at: number
}

export interface LedgerInfo {
  code: string
  name: string
}

export interface Token {
  id: string
  name: string
  created_by: string
  created_at: number
  used_at: number
  revoked_at: number
  secret: string
}

export interface Merged {
  before: number
  after: number
}

export interface RegistryRow {
  id: string
  fields: Record<string, string>
  names: Record<string, string>
  uses: number
  voided: boolean
  into: string
  into_name: string
}

export interface RecordLine {
  table: string
  id: string
  at: number
  title: string
  kind: string
  unit: string
  officer: string
  device: string
  state: string
  recorded: number
  leaflets: number
  consultations: number
  attendance: number
  qty: number
  fraud_type: string
  stage: string
  age_band: string
  outcome: string
  amount_fen: number
  org: string
  role: string
  phone: string
  source: string
  signed: boolean
  signed_at: number
}

export interface FactorOffer {
  secret: string
  link: string
  path: string
  size: number
}

export interface Overview {
  county: string
  from: string
  to: string
  cards: Card[]
  more: Card[]
  base_name: string
  by: string
  trend: TrendPoint[]
  fraud_types: Share[]
  age_bands: Share[]
  kinds: Share[]
  towns: Town[]
  units: UnitTotals[]
  newest: RecordLine[]
  devices: DeviceInfo[]
  counting: number
  behind: boolean
  at: number
  backup: BackupState | null
}

export interface Progress {
  year: number
  passed: number
  metrics: ProgressLine[]
}

export interface RecordDetail {
  record: RecordLine
  fields: Field[]
  updated_at: number
  voided: boolean
  activity: string
  handouts: RecordLine[]
  consultations: number
  roster: number
}

export interface RecordQuery {
  table: string
  from: string
  to: string
  units: string[]
  kind: string
  only: string
  fraud_type: string
  activity_id: string
  hours: string
  venue: string
  place: string
  cursor: string
}

export interface RecordPage {
  rows: RecordLine[]
  next: string
  total: number
}

export interface RegistryQuery {
  table: string
  search: string
  kind: string
  show: string
}

export interface RegistryPage {
  rows: RegistryRow[]
  found: number
  total: number
}

export interface Review {
  items: ReviewItem[]
  counts: Record<string, number>
  at: number
}

export interface Rules {
  settings: Settings
  codes: Record<string, Code[]>
}

export interface RegistryForm {
  table: string
  id: string
  values: Record<string, string>
}

export interface Block {
  kind: string
  runs: Run[]
}

export interface Settings {
  large_leaflets: number
  large_partners: number
  rounding: string
  recipients: Record<string, string>
  wording: Record<string, string>
  redact_closed_days: number
  redact_open_days: number
  redact_phone_days: number
  redact_name_days: number
  towns: string[]
  labels: Record<string, string>
  added: Record<string, Code[]>
  retired: string[]
}

export interface Target {
  metric: string
  unit: string
  value: number
}

export interface ServerSettings {
  addresses: string[]
  own: boolean
  pin: string
  realm: string
}

export interface LedgerForm {
  code: string
  from: string
  to: string
  units: string[]
  personal: boolean
  reason: string
}

export interface Targets {
  metrics: string[]
  rows: Target[]
}

export interface TemplateInfo {
  kind: string
  name: string
  own: boolean
  placeholders: string
}

export interface Finding {
  title: string
  sentence: string
  count: number
  base: number
  fen: number
  x10: number
  code: string
  part: string
  ids: string[]
  details: string[]
  fresh: boolean
  venue: string
  place: string
}

export interface ClockRecord {
  table: string
  id: string
  title: string
  at: number
}

export interface Code {
  code: string
  zh: string
  en: string
  hint?: string
  aliases?: string[]
  roll_up?: string
}

export interface Link {
  key: string
  name: string
  shown: string
  exact: string
  define: string
  code: string
  part: string
}

export interface Line {
  code: string
  name: string
  measure: string
  value: string
  year_before: string
  change: string
  before: string
  define: string
}

export interface Chart {
  title: string
  labels: string[]
  values: number[]
  bars: boolean
}

export interface Late {
  code: string
  name: string
  was: string
  now: string
  by: string
}

export interface PairSide {
  row: RegistryRow
  counts: Count[]
  created: number
  device: string
}

export interface Count {
  table: string
  n: number
}

export interface FigureLine {
  table: string
  id: string
  on: string
  title: string
  unit: string
  part: string
  value: number
  of: RecordLine | null
}

export interface Field {
  name: string
  kind: string
  text: string
  number: number
  list: string[]
}

export interface ImportProblem {
  row: number
  field: string
  message: string
  message_en: string
}

export interface Card {
  key: string
  name: string
  name_en: string
  measure: string
  kind: string
  define: string
  value: number
  base: number
  rate_x10: number | null
  last: number | null
  last_x10: number | null
  target: number
}

export interface TrendPoint {
  key: string
  now: Totals
  base: Totals
}

export interface Share {
  code: string
  count: number
}

export interface Town {
  name: string
  consultations: number
  leaflets: number
}

export interface UnitTotals {
  id: string
  name: string
  totals: Totals
}

export interface BackupState {
  at: number
  failed: number
  alarm: boolean
}

export interface ProgressLine {
  code: string
  name: string
  name_en: string
  kind: string
  measure: string
  define: string
  county: ProgressCell
  units: ProgressCell[]
}

export interface ReviewItem {
  key: string
  kind: string
  table: string
  id: string
  column: string
  title: string
  unit: string
  at: number
  args: Record<string, string>
  winner: Said | null
  loser: Said | null
  proofs: ReviewProof[]
  actions: string[]
  severe: boolean
  number: number
  records: number
  shift_ms: number
}

export interface Run {
  text: string
  key?: string
  exact?: boolean
  edited?: boolean
}

export interface Totals {
  activities: number
  leaflets: number
  consultations: number
  attendance: number
  posts: number
  intercepts: number
}

export interface ProgressCell {
  unit: string
  name: string
  target: number
  actual: number
}

export interface Said {
  field: Field
  device: string
  at: number
}

export interface ReviewProof {
  table: string
  id: string
  title: string
  now: number
  then: number
}

export const County = {
  Accounts: (): Promise<AccountInfo[]> => call('County', 'Accounts', []),
  AddAccount: (a0: AccountForm): Promise<void> => call('County', 'AddAccount', [a0]),
  AddSentence: (a0: string, a1: string): Promise<ReportLine> => call('County', 'AddSentence', [a0, a1]),
  AddUnit: (a0: UnitForm): Promise<Unit> => call('County', 'AddUnit', [a0]),
  Analysis: (a0: OverviewQuery): Promise<Analysis> => call('County', 'Analysis', [a0]),
  Audit: (a0: number): Promise<AuditEntry[]> => call('County', 'Audit', [a0]),
  CancelExport: (a0: string): Promise<void> => call('County', 'CancelExport', [a0]),
  ClockProposal: (a0: number): Promise<ClockProposal> => call('County', 'ClockProposal', [a0]),
  CodeNames: (): Promise<CodeNames> => call('County', 'CodeNames', []),
  Codes: (): Promise<OpenCode[]> => call('County', 'Codes', []),
  ConfirmFactor: (a0: string): Promise<Me> => call('County', 'ConfirmFactor', [a0]),
  CorrectClock: (a0: number, a1: number, a2: string[]): Promise<number> => call('County', 'CorrectClock', [a0, a1, a2]),
  Devices: (): Promise<DeviceInfo[]> => call('County', 'Devices', []),
  DraftReport: (a0: ReportForm): Promise<ReportView> => call('County', 'DraftReport', [a0]),
  DropFactor: (a0: string, a1: string): Promise<Me> => call('County', 'DropFactor', [a0, a1]),
  Duplicates: (a0: string): Promise<Pair[]> => call('County', 'Duplicates', [a0]),
  EditForm: (a0: string, a1: string): Promise<EditField[]> => call('County', 'EditForm', [a0, a1]),
  EditRecord: (a0: string, a1: string, a2: Record<string, string>): Promise<void> => call('County', 'EditRecord', [a0, a1, a2]),
  Exports: (): Promise<ExportJob[]> => call('County', 'Exports', []),
  FigureRecords: (a0: FigureQuery): Promise<FigurePage> => call('County', 'FigureRecords', [a0]),
  History: (a0: string, a1: string): Promise<HistoryLine[]> => call('County', 'History', [a0, a1]),
  ImportKinds: (): Promise<Record<string, ImportField[]>> => call('County', 'ImportKinds', []),
  ImportPreview: (a0: ImportForm): Promise<ImportPlan> => call('County', 'ImportPreview', [a0]),
  ImportRun: (a0: ImportForm): Promise<ImportBatch> => call('County', 'ImportRun', [a0]),
  ImportUndo: (a0: string): Promise<void> => call('County', 'ImportUndo', [a0]),
  Imports: (): Promise<ImportBatch[]> => call('County', 'Imports', []),
  IssueCode: (a0: CodeForm): Promise<IssuedCode> => call('County', 'IssueCode', [a0]),
  KeepApart: (a0: string, a1: string, a2: string): Promise<void> => call('County', 'KeepApart', [a0, a1, a2]),
  Ledgers: (): Promise<LedgerInfo[]> => call('County', 'Ledgers', []),
  Login: (a0: string, a1: string): Promise<Me> => call('County', 'Login', [a0, a1]),
  LoginWithCode: (a0: string, a1: string, a2: string): Promise<Me> => call('County', 'LoginWithCode', [a0, a1, a2]),
  Logout: (): Promise<void> => call('County', 'Logout', []),
  MakeToken: (a0: string): Promise<Token> => call('County', 'MakeToken', [a0]),
  Me: (): Promise<Me> => call('County', 'Me', []),
  MergeRows: (a0: string, a1: string, a2: string): Promise<Merged> => call('County', 'MergeRows', [a0, a1, a2]),
  MergedRecords: (a0: string): Promise<RegistryRow[]> => call('County', 'MergedRecords', [a0]),
  Newest: (): Promise<RecordLine[]> => call('County', 'Newest', []),
  OfferFactor: (a0: string, a1: string): Promise<FactorOffer> => call('County', 'OfferFactor', [a0, a1]),
  Overview: (a0: OverviewQuery): Promise<Overview> => call('County', 'Overview', [a0]),
  Progress: (a0: number): Promise<Progress> => call('County', 'Progress', [a0]),
  RecordOf: (a0: string, a1: string): Promise<RecordDetail> => call('County', 'RecordOf', [a0, a1]),
  Records: (a0: RecordQuery): Promise<RecordPage> => call('County', 'Records', [a0]),
  RefreshReport: (a0: string): Promise<ReportView> => call('County', 'RefreshReport', [a0]),
  Registry: (a0: RegistryQuery): Promise<RegistryPage> => call('County', 'Registry', [a0]),
  Report: (a0: string): Promise<ReportView> => call('County', 'Report', [a0]),
  Reports: (): Promise<ReportLine[]> => call('County', 'Reports', []),
  Review: (): Promise<Review> => call('County', 'Review', []),
  ReviewCount: (): Promise<number> => call('County', 'ReviewCount', []),
  RevokeToken: (a0: string): Promise<void> => call('County', 'RevokeToken', [a0]),
  Rules: (): Promise<Rules> => call('County', 'Rules', []),
  SaveRegistry: (a0: RegistryForm): Promise<RegistryRow> => call('County', 'SaveRegistry', [a0]),
  SaveReport: (a0: string, a1: string, a2: Block[]): Promise<ReportView> => call('County', 'SaveReport', [a0, a1, a2]),
  SaveRules: (a0: Settings, a1: Settings): Promise<void> => call('County', 'SaveRules', [a0, a1]),
  SaveTarget: (a0: number, a1: Target): Promise<void> => call('County', 'SaveTarget', [a0, a1]),
  SaveTemplate: (a0: string, a1: string): Promise<void> => call('County', 'SaveTemplate', [a0, a1]),
  SetAccount: (a0: AccountForm): Promise<void> => call('County', 'SetAccount', [a0]),
  SetAddresses: (a0: string[]): Promise<void> => call('County', 'SetAddresses', [a0]),
  SetDeviceState: (a0: string, a1: string): Promise<void> => call('County', 'SetDeviceState', [a0, a1]),
  Settings: (): Promise<ServerSettings> => call('County', 'Settings', []),
  Settle: (a0: string, a1: string): Promise<Review> => call('County', 'Settle', [a0, a1]),
  StartLedger: (a0: LedgerForm): Promise<ExportJob> => call('County', 'StartLedger', [a0]),
  Targets: (a0: number): Promise<Targets> => call('County', 'Targets', [a0]),
  Templates: (): Promise<TemplateInfo[]> => call('County', 'Templates', []),
  Tokens: (): Promise<Token[]> => call('County', 'Tokens', []),
  Units: (): Promise<Unit[]> => call('County', 'Units', []),
  UnmergeRow: (a0: string, a1: string): Promise<Merged> => call('County', 'UnmergeRow', [a0, a1]),
  VoidRecord: (a0: string, a1: string, a2: boolean, a3: string): Promise<void> => call('County', 'VoidRecord', [a0, a1, a2, a3]),
  VoidRegistry: (a0: string, a1: string, a2: boolean): Promise<void> => call('County', 'VoidRegistry', [a0, a1, a2]),
  WithdrawCode: (a0: string): Promise<void> => call('County', 'WithdrawCode', [a0]),
}
