// Generated from the Go services by `go run ./build/client`; do not edit.
import { call } from './rpc'

export interface Template {
  id: string
  name: string
  form: OpenForm
  default: boolean
}

export interface ActivityDetail {
  id: string
  kind: string
  title: string
  state: string
  start_at: number
  end_at: number
  lead: Named
  host: Named
  partners: Named[]
  officers: Named[]
  venue_id: string
  place: string
  heads: number
  summary: string
  devices: string[]
  voided: boolean
  fraud_types: string[]
  topic_tags: string[]
  audience_roles: string[]
  heads_stated: number
  heads_counted: Count
  heads_named: number
  elder_heads: number
  role_heads: RoleHead[]
  hours_x10: number
  leaflets: number
  consultations: number
  photos: number
  missing: string[]
  progress: Progress
}

export interface OpenForm {
  kind: string
  title: string
  venue_id: string
  place: string
  lead_unit_id: string
  host_unit_id: string
  partner_units: string[]
  officer_ids: string[]
  fraud_types: string[]
  topic_tags: string[]
  audience_roles: string[]
  hours_x10: number
  start_at: number
  planned: boolean
  plan_item_id: string
  another?: boolean
}

export interface Activity {
  id: string
  kind: string
  title: string
  state: string
  start_at: number
  end_at: number
  lead: Named
  host: Named
  partners: Named[]
  officers: Named[]
  venue_id: string
  place: string
  heads: number
  summary: string
  devices: string[]
  voided: boolean
}

export interface ActivityQuery {
  kind: string
  state: string
  text: string
  from: string
  to: string
  limit: number
}

export interface ActivityCard {
  id: string
  kind: string
  title: string
  state: string
  start_at: number
  end_at: number
  lead: Named
  host: Named
  partners: Named[]
  officers: Named[]
  venue_id: string
  place: string
  heads: number
  summary: string
  devices: string[]
  voided: boolean
  leaflets: number
  consultations: number
}

export interface ActivityChanges {
  title: string | null
  start_at: number | null
  end_at: number | null
  venue_id: string
  place: string | null
  host_unit_id: string
  heads_stated: number | null
  elder_heads: number | null
  hours_x10: number | null
  partners: SetChange | null
  officers: SetChange | null
  fraud_types: SetChange | null
  topic_tags: SetChange | null
  audience_roles: SetChange | null
}

export interface BoothState {
  activity: Activity
  tallies: Tally[]
  consult_quick: Count
  app_installs: Count
  consultations: number
  mine: number
  total: number
  recent: Tap[]
  can_undo: boolean
}

export interface ActivityForm {
  title: string | null
  place: string | null
  heads: number | null
  elder_heads: number | null
  summary: string | null
}

export interface OpenBooth {
  kind: string
  title: string
  venue_id: string
  place: string
  lead_unit_id: string
  partner_units: string[]
  start_at: number
}

export interface Undone {
  tap: Tap | null
  state: BoothState
}

export interface BulkEdit {
  table: string
  ids: string[]
  column: string
  value: string
}

export interface BulkStep {
  table: string
  count: number
  at: number
}

export interface MaterialForm {
  name: string
  group: string
  hotkey: number
}

export interface Material {
  id: string
  code: string
  group: string
  name: string
  hotkey: number
}

export interface UnitForm {
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
  initials: string
}

export interface CodeNames {
  labels: Record<string, string>
  added: Record<string, Code[]>
  retired: string[]
}

export interface Consultation {
  id: string
  activity_id: string
  source: string
  occurred_at: number
  fraud_type: string
  channels: string[]
  stage: string
  at_risk: string
  loss: string
  paid_at: number
  pay_method: string
  age_band: string
  gender: string
  occupation: string
  town: string
  person_label: string
  consent: boolean
  phone: string
  payer_tail: string
  id_tail: string
  relatives_advised: number
  story: string
  advice: string[]
  outcome: string
  alarm_no: string
  no_indicator: boolean
  indicators: string[]
  follow_up_on: string
  closed: boolean
  steps: string[]
  note: string
  saw?: ConsultationForm | null
  at_risk_fen: number
  loss_fen: number
  closed_at: number
  activity: Named
  officer: Named
  device: Named
  voided: boolean
  updated_at: number
  progress: Progress
  suspicious: boolean
  elements_ok: boolean
}

export interface ConsultationQuery {
  text?: string
  activity_id?: string
  fraud_type?: string
  outcome?: string
  stage?: string
  age_band?: string
  channel?: string
  from?: number
  to?: number
  closed?: string
  voided?: boolean
  sort?: string
  offset?: number
  limit?: number
}

export interface ConsultationPage {
  items: Consultation[]
  total: number
}

export interface ConsultationForm {
  id: string
  activity_id: string
  source: string
  occurred_at: number
  fraud_type: string
  channels: string[]
  stage: string
  at_risk: string
  loss: string
  paid_at: number
  pay_method: string
  age_band: string
  gender: string
  occupation: string
  town: string
  person_label: string
  consent: boolean
  phone: string
  payer_tail: string
  id_tail: string
  relatives_advised: number
  story: string
  advice: string[]
  outcome: string
  alarm_no: string
  no_indicator: boolean
  indicators: string[]
  follow_up_on: string
  closed: boolean
  steps: string[]
  note: string
  saw?: ConsultationForm | null
}

export interface Alike {
  id: string
  at: number
  title: string
  device: string
  why: string
}

export interface DayReport {
  on: string
  lunar: string
  unit: string
  officer: string
  items: DayItem[]
  activities: DayActivity[]
  materials: Tally[]
  tally: TallyDay
  quick: number
  installs: number
  heads: number
  advised: number
  open: number
}

export interface Slogan {
  id: string
  text: string
  digest: Named
  posts: number
  at: number
  progress: Progress
}

export interface DigestForm {
  id: string
  title: string
  fraud_types: string[]
  elements: string
  article: string
  from: string[]
  note: string
  saw?: DigestForm | null
}

export interface Digest {
  id: string
  title: string
  fraud_types: string[]
  elements: string
  article: string
  from: string[]
  note: string
  saw?: DigestForm | null
  state: string
  released_at: number
  updated_at: number
  blemishes: Blemish[]
  posts: number
  voided: boolean
  progress: Progress
  device: Named
}

export interface DigestQuery {
  text?: string
  fraud?: string
  state?: string
  voided?: boolean
}

export interface Draft {
  key: string
  form: string
  at: number
}

export interface ExportRequest {
  list: string
  format: string
  query: string
}

export interface ExportFile {
  name: string
  type: string
  data: string
  rows: number
  saved: string
}

export interface Sheet {
  title: string
  columns: SheetColumn[]
  rows: unknown[][]
  sums: unknown[]
  at: number
  by: string
}

export interface HitGroup {
  table: string
  total: number
  hits: Hit[]
}

export interface HistoryEntry {
  column: string
  text: string
  at: number
  device: string
  by: string
  kind: string
  ref: string
  whole: boolean
}

export interface Round {
  doors: Door[]
  visited: number
  results: Record<string, number>
  talked: number
  elder: number
  can_undo: boolean
  undone: string
}

export interface DoorForm {
  door: string
  result: string
  talked: number
  elder: number
}

export interface Cluster {
  leads: Lead[]
  consultations: number
  first_at: number
  last_at: number
  fraud_types: string[]
  loss_fen: number
}

export interface LeadDetail {
  lead: Lead
  consultations: Consultation[]
  related: Lead[]
  graph: LeadGraph
  devices: number
  places: number
}

export interface LeadQuery {
  text?: string
  kind?: string
  status?: string
  fraud?: string
  sort?: string
  offset?: number
  limit?: number
}

export interface LeadPage {
  items: Lead[]
  total: number
}

export interface Lead {
  id: string
  key: string
  kind: string
  display: string
  platform: string
  status: string
  fraud_types: string[]
  hits: number
  first_at: number
  last_at: number
  doubtful: boolean
  note: string
  voided: boolean
  progress: Progress
}

export interface RecognisedLeads {
  leads: Lead[]
  guess: boolean
  identities: number
  cut: boolean
}

export interface LeadForm {
  platform: string
  status: string
  note: string
}

export interface LeadTrend {
  months: string[]
  types: TypeTrend[]
  leads: number[]
}

export interface KitState {
  enrolled: boolean
  county: string
  label: string
  unit: Named
  officer: Officer | null
  officers: Officer[]
  version: string
  practice: boolean
  unreadable: boolean
}

export interface LinkageStep {
  id: string
  kind: string
  at: number
  counterpart: Named
  amount_fen: number
  amount: string
  result: string
  doc_no: string
  minutes: number
  before_paid: boolean
  needs_doc: boolean
  since_police: number
}

export interface LinkageForm {
  at: number
  counterpart: string
  amount: string
  result: string
  doc_no: string
  saw?: LinkageForm | null
}

export interface Badge {
  id: string
  code: string
  path: string
  size: number
}

export interface Meeting {
  activity: Activity
  attendees: Attendee[]
  signed: number
  walk_ins: number
  orgs: number
  orgs_signed: number
  given: Given[]
}

export interface MeetingForm {
  kind: string
  title: string
  venue_id: string
  place: string
  host_unit_id: string
  partner_units: string[]
  start_at: number
}

export interface Attendee {
  id: string
  name: string
  phone: string
  role: string
  venue_id: string
  org: string
  source: string
  signed: boolean
  signed_at: number
  device: string
  absent: string
  deputy: string
  score: number | null
  progress: Progress
}

export interface GivenVenue {
  venue_id: string
  venue: string
  qty: number
  signed: boolean
}

export interface RosterRow {
  org: string
  name: string
  phone: string
  licence: string
  role: string
  town: string
  venue_id: string
  venue_name: string
  create_venue: boolean
  problem: string
  problem_en: string
}

export interface MeetingCard {
  id: string
  kind: string
  title: string
  state: string
  start_at: number
  end_at: number
  lead: Named
  host: Named
  partners: Named[]
  officers: Named[]
  venue_id: string
  place: string
  heads: number
  summary: string
  devices: string[]
  voided: boolean
  roster: number
  signed: number
}

export interface RosterPreview {
  columns: RosterColumn[]
  rows: RosterRow[]
  unmatched: number
  problems: number
}

export interface CafeRate {
  venue_id: string
  venue: string
  town: string
  invited: number
  attended: number
  last_at: number
  in_a_row: number
}

export interface Scanned {
  meeting: Meeting
  attendee: Attendee
  already: boolean
}

export interface Outcome {
  id: string
  kind: string
  ref_no: string
  no_ref: boolean
  occurred_on: string
  source: string
  averted: string
  recovered: string
  persons: number
  partners: string[]
  consultation_id: string
  note: string
  saw?: OutcomeForm | null
  averted_fen: number
  recovered_fen: number
  partner_names: Named[]
  device: Named
  voided: boolean
  suspect: boolean
  progress: Progress
}

export interface OutcomeQuery {
  text?: string
  kind?: string
  from?: string
  to?: string
  voided?: boolean
  offset?: number
  limit?: number
}

export interface OutcomePage {
  items: Outcome[]
  total: number
  intercepts: number
  averted_fen: number
  recovered_fen: number
  persons: number
}

export interface OutcomeForm {
  id: string
  kind: string
  ref_no: string
  no_ref: boolean
  occurred_on: string
  source: string
  averted: string
  recovered: string
  persons: number
  partners: string[]
  consultation_id: string
  note: string
  saw?: OutcomeForm | null
}

export interface PhotoUpload {
  table: string
  id: string
  data: string
  taken_at: number
}

export interface Photo {
  id: string
  taken_at: number
  caption: string
  shows_people: boolean
  here: boolean
  device: Named
  progress: Progress
}

export interface InspectForm {
  placement_id: string
  result: string
  fixed_on_spot: boolean
  photos: string[]
  note: string
  saw?: InspectForm | null
}

export interface Inspection {
  id: string
  at: number
  officer: string
  result: string
  fixed_on_spot: boolean
  photos: string[]
  note: string
}

export interface Placement {
  id: string
  venue_id: string
  material: Named
  kind: string
  spot: string
  issued: number
  qty: number
  from_on: string
  to_on: string
  led_runs_per_day: number
  shown_phone: string
  state: string
  inspections: Inspection[]
}

export interface PlacementForm {
  venue_id: string
  material_id: string
  kind: string
  spot: string
  qty: number
  activity_id: string
  from_on: string
  to_on: string
  led_runs_per_day: number
  shown_phone: string
  saw?: PlacementForm | null
}

export interface InspectionQuery {
  kind: string
  town: string
  days: number
}

export interface InspectionStop {
  venue_id: string
  venue: string
  kind: string
  town: string
  address: string
  placements: Placement[]
  last_at: number
  days: number
  done: boolean
}

export interface PlanItem {
  id: string
  kind: string
  title: string
  due_from: string
  due_to: string
  period_code: string
  venue_id: string
  venue: string
  lead: Named
  activity: string
  state: string
  overdue: boolean
}

export interface Contingency {
  id: string
  body: string
  effective_on: string
  revised_on: string
}

export interface PlanYear {
  year: number
  items: PlanItem[]
  periods: PlanPeriod[]
  targets: Target[]
  contingency: Contingency
}

export interface PlanItemForm {
  id: string
  kind: string
  title: string
  due_from: string
  due_to: string
  period_code: string
  venue_id: string
  saw?: PlanItemForm | null
}

export interface Post {
  id: string
  channel: string
  account: string
  posted_at: number
  title: string
  url: string
  digest_id: string
  slogan_id: string
  forwards: number
  reads: number
  purpose: string
  via: string
  note: string
  saw?: PostForm | null
  digest: Named
  slogan: Named
  mine: number
  count: number
  device: Named
  voided: boolean
  progress: Progress
}

export interface PostForm {
  id: string
  channel: string
  account: string
  posted_at: number
  title: string
  url: string
  digest_id: string
  slogan_id: string
  forwards: number
  reads: number
  purpose: string
  via: string
  note: string
  saw?: PostForm | null
}

export interface PostQuery {
  text?: string
  channel?: string
  from?: number
  to?: number
  voided?: boolean
  offset?: number
  limit?: number
}

export interface PostPage {
  items: Post[]
  total: number
  count: number
  self_media: number
}

export interface PostPreview {
  rows: PostRow[]
  problems: number
  count: number
}

export interface PastedLink {
  url: string
  channel: string
  title: string
  known: Post | null
}

export interface ReadyReport {
  at: number
  lines: ReadyLine[]
  state: string
}

export interface ReadyLine {
  name: string
  state: string
  value: number
  at: number
  text: string
}

export interface BlendedText {
  table: string
  id: string
  column: string
  title: string
  text: string
  at: number
  said: Said[]
}

export interface ReviewItem {
  table: string
  id: string
  column: string
  title: string
  winner: Said
  loser: Said
}

export interface Preferences {
  language: string
  theme: string
  large_type: boolean
  sound: boolean
}

export interface StockLine {
  material_id: string
  name: string
  group: string
  hotkey: number
  tracked: boolean
  in: number
  out: number
  handed_out: number
  placed: number
  balance: number
  low_at: number
  low: boolean
}

export interface Carried {
  activity_id: string
  material_id: string
  name: string
  issued: number
  returned: number
  damaged: number
  handed_out: number
  stated: boolean
  difference: number
  others: HandCount[]
}

export interface StockMove {
  id: string
  kind: string
  material: Named
  qty: number
  batch_no: string
  from: Named
  to: Named
  activity: string
  at: number
  by: string
  note: string
  voided: boolean
}

export interface MoveForm {
  kind: string
  material_id: string
  qty: number
  batch_no: string
  printed_on: string
  unit_id: string
  note: string
  sure?: string
}

export interface ServerAddress {
  url: string
  told: boolean
  current: boolean
}

export interface HeldRecord {
  table: string
  id: string
  device: string
  reason: string
  reason_en: string
  at: number
}

export interface SyncLogEntry {
  at: number
  ok: boolean
  code: string
  message: string
  message_en: string
  sent: number
  received: number
  bytes: number
}

export interface SyncStatus {
  waiting: number
  oldest: number
  last_received: number
  online: boolean
  running: boolean
  progress: SyncProgress | null
  last: SyncLogEntry | null
  held: number
  address: string
  clock_offset: number
  damaged: number
}

export interface SyncRecord {
  table: string
  id: string
  title: string
  state: string
  at: number
  draft: string
}

export interface TallyDay {
  on: string
  lines: TallyLine[]
  closed: boolean
  closed_by: string
  closed_at: number
  reopened: boolean
  recent: Tap[]
  can_undo: boolean
  missing: string[]
}

export interface TrayItem {
  kind: string
  ref: string
  table: string
  id: string
  title: string
  column: string
  device: string
  at: number
  reason: string
  reason_en: string
  detail: string
  release: boolean
  open_table: string
  open_id: string
  open_kind: string
}

export interface VenueForm {
  kind: string
  name: string
  town: string
  community: string
  address: string
  contact_name: string
  contact_phone: string
  licence_no: string
  seats: number
  state: string
  saw?: VenueForm | null
}

export interface Venue {
  kind: string
  name: string
  town: string
  community: string
  address: string
  contact_name: string
  contact_phone: string
  licence_no: string
  seats: number
  state: string
  saw?: VenueForm | null
  id: string
  progress: Progress
}

export interface VenueQuery {
  text: string
  kind: string
  limit: number
}

export interface Similar {
  kind: string
  name: string
  town: string
  community: string
  address: string
  contact_name: string
  contact_phone: string
  licence_no: string
  seats: number
  state: string
  saw?: VenueForm | null
  id: string
  progress: Progress
  why: string
}

export interface Named {
  id: string
  name: string
}

export interface Count {
  mine: number
  total: number
}

export interface RoleHead {
  role: string
  heads: number
}

export interface Progress {
  state: string
  at: number
}

export interface SetChange {
  add: string[]
  remove: string[]
}

export interface Tally {
  material_id: string
  name: string
  group: string
  hotkey: number
  mine: number
  total: number
  tracked: boolean
  left: number
  low: boolean
}

export interface Tap {
  target: string
  name: string
  delta: number
  at: number
  undone: boolean
  reason: string
}

export interface Code {
  code: string
  zh: string
  en: string
  hint?: string
  aliases?: string[]
  roll_up?: string
}

export interface DayItem {
  key: string
  kind: string
  id: string
  title: string
  activity_kind: string
  missing: string[]
  count: number
  blocked: boolean
  left: boolean
}

export interface DayActivity {
  id: string
  kind: string
  title: string
  state: string
  start_at: number
  end_at: number
  lead: Named
  host: Named
  partners: Named[]
  officers: Named[]
  venue_id: string
  place: string
  heads: number
  summary: string
  devices: string[]
  voided: boolean
  fraud_types: string[]
  topic_tags: string[]
  audience_roles: string[]
  heads_stated: number
  heads_counted: Count
  heads_named: number
  elder_heads: number
  role_heads: RoleHead[]
  hours_x10: number
  leaflets: number
  consultations: number
  photos: number
  missing: string[]
  progress: Progress
  tallies: Tally[]
  carried: Carried[]
}

export interface Blemish {
  kind: string
  text: string
}

export interface SheetColumn {
  name: string
  width: number
  money: boolean
  sum: boolean
}

export interface Hit {
  table: string
  id: string
  kind: string
  title: string
  sub: string
  at: number
}

export interface Door {
  door: string
  result: string
  talked: number
  elder: number
  id: string
  at: number
  device: string
}

export interface LeadGraph {
  nodes: GraphNode[]
  edges: GraphEdge[]
  cut: boolean
}

export interface TypeTrend {
  fraud_type: string
  counts: number[]
  total: number
}

export interface Officer {
  id: string
  staff_no: string
  name: string
  role: string
}

export interface Given {
  material_id: string
  name: string
  venues: number
  total: number
}

export interface RosterColumn {
  header: string
  field: string
  samples: string[]
}

export interface PlanPeriod {
  code: string
  from: string
  to: string
  from_county: boolean
  activities: number
}

export interface Target {
  metric: string
  value: number
  reached: number
  from_county: boolean
  behind: boolean
}

export interface PostRow {
  form: PostForm
  problem: string
  problem_en: string
}

export interface Said {
  text: string
  device: string
  at: number
}

export interface HandCount {
  field: string
  qty: number
  at: number
  by: string
  device: string
}

export interface SyncProgress {
  sent_bytes: number
  total_bytes: number
  received_bytes: number
}

export interface TallyLine {
  id: string
  kind: string
  mine: number
  total: number
}

export interface GraphNode {
  id: string
  table: string
  kind: string
  name: string
  weight: number
}

export interface GraphEdge {
  lead: string
  consultation: string
}

export const Activities = {
  DefaultTemplate: (a0: string, a1: boolean): Promise<Template[]> => call('Activities', 'DefaultTemplate', [a0, a1]),
  EditSummary: (a0: string, a1: string, a2: string): Promise<ActivityDetail> => call('Activities', 'EditSummary', [a0, a1, a2]),
  Ended: (a0: OpenForm): Promise<Activity | null> => call('Activities', 'Ended', [a0]),
  Get: (a0: string): Promise<ActivityDetail> => call('Activities', 'Get', [a0]),
  KeepTemplate: (a0: string): Promise<Template[]> => call('Activities', 'KeepTemplate', [a0]),
  LastOf: (a0: string): Promise<OpenForm | null> => call('Activities', 'LastOf', [a0]),
  List: (a0: ActivityQuery): Promise<ActivityCard[]> => call('Activities', 'List', [a0]),
  Open: (a0: OpenForm): Promise<ActivityDetail> => call('Activities', 'Open', [a0]),
  RemoveTemplate: (a0: string): Promise<Template[]> => call('Activities', 'RemoveTemplate', [a0]),
  RenameTemplate: (a0: string, a1: string): Promise<Template[]> => call('Activities', 'RenameTemplate', [a0, a1]),
  Save: (a0: string, a1: ActivityChanges): Promise<ActivityDetail> => call('Activities', 'Save', [a0, a1]),
  SaveTemplate: (a0: string, a1: string): Promise<Template[]> => call('Activities', 'SaveTemplate', [a0, a1]),
  SetRoleHeads: (a0: string, a1: string, a2: number): Promise<ActivityDetail> => call('Activities', 'SetRoleHeads', [a0, a1, a2]),
  SetState: (a0: string, a1: string): Promise<ActivityDetail> => call('Activities', 'SetState', [a0, a1]),
  Templates: (): Promise<Template[]> => call('Activities', 'Templates', []),
  Void: (a0: string, a1: boolean, a2: string): Promise<ActivityDetail> => call('Activities', 'Void', [a0, a1, a2]),
}

export const Booth = {
  Correct: (a0: string, a1: string, a2: number, a3: string): Promise<BoothState> => call('Booth', 'Correct', [a0, a1, a2, a3]),
  Edit: (a0: string, a1: ActivityForm): Promise<BoothState> => call('Booth', 'Edit', [a0, a1]),
  Finish: (a0: string): Promise<BoothState> => call('Booth', 'Finish', [a0]),
  Get: (a0: string): Promise<BoothState> => call('Booth', 'Get', [a0]),
  Open: (a0: OpenBooth): Promise<BoothState> => call('Booth', 'Open', [a0]),
  Quick: (a0: string, a1: string, a2: number): Promise<BoothState> => call('Booth', 'Quick', [a0, a1, a2]),
  Recent: (a0: number): Promise<ActivityCard[]> => call('Booth', 'Recent', [a0]),
  Reopen: (a0: string): Promise<BoothState> => call('Booth', 'Reopen', [a0]),
  SetPartners: (a0: string, a1: string[]): Promise<BoothState> => call('Booth', 'SetPartners', [a0, a1]),
  Tap: (a0: string, a1: string, a2: number): Promise<BoothState> => call('Booth', 'Tap', [a0, a1, a2]),
  Today: (): Promise<ActivityCard[]> => call('Booth', 'Today', []),
  Undo: (a0: string): Promise<Undone> => call('Booth', 'Undo', [a0]),
}

export const Bulk = {
  Edit: (a0: BulkEdit): Promise<BulkStep> => call('Bulk', 'Edit', [a0]),
  Last: (): Promise<BulkStep> => call('Bulk', 'Last', []),
  Undo: (): Promise<BulkStep> => call('Bulk', 'Undo', []),
}

export const Catalogue = {
  AddMaterial: (a0: MaterialForm): Promise<Material[]> => call('Catalogue', 'AddMaterial', [a0]),
  AddUnit: (a0: UnitForm): Promise<Unit> => call('Catalogue', 'AddUnit', [a0]),
  Codes: (): Promise<CodeNames> => call('Catalogue', 'Codes', []),
  Materials: (): Promise<Material[]> => call('Catalogue', 'Materials', []),
  Units: (): Promise<Unit[]> => call('Catalogue', 'Units', []),
}

export const Consultations = {
  Get: (a0: string): Promise<Consultation> => call('Consultations', 'Get', [a0]),
  List: (a0: ConsultationQuery): Promise<ConsultationPage> => call('Consultations', 'List', [a0]),
  Restore: (a0: string): Promise<Consultation> => call('Consultations', 'Restore', [a0]),
  Save: (a0: ConsultationForm): Promise<Consultation> => call('Consultations', 'Save', [a0]),
  SetClosed: (a0: string, a1: boolean): Promise<Consultation> => call('Consultations', 'SetClosed', [a0, a1]),
  Similar: (a0: ConsultationForm): Promise<Alike[]> => call('Consultations', 'Similar', [a0]),
  Void: (a0: string, a1: string): Promise<Consultation> => call('Consultations', 'Void', [a0, a1]),
}

export const Day = {
  Get: (a0: string): Promise<DayReport> => call('Day', 'Get', [a0]),
  Leave: (a0: string, a1: string, a2: boolean): Promise<DayReport> => call('Day', 'Leave', [a0, a1, a2]),
}

export const Digests = {
  AddSlogan: (a0: string, a1: string): Promise<Slogan[]> => call('Digests', 'AddSlogan', [a0, a1]),
  Draft: (a0: string): Promise<DigestForm> => call('Digests', 'Draft', [a0]),
  Get: (a0: string): Promise<Digest> => call('Digests', 'Get', [a0]),
  List: (a0: DigestQuery): Promise<Digest[]> => call('Digests', 'List', [a0]),
  Restore: (a0: string): Promise<Digest> => call('Digests', 'Restore', [a0]),
  RestoreSlogan: (a0: string): Promise<Slogan[]> => call('Digests', 'RestoreSlogan', [a0]),
  Save: (a0: DigestForm): Promise<Digest> => call('Digests', 'Save', [a0]),
  SetState: (a0: string, a1: string): Promise<Digest> => call('Digests', 'SetState', [a0, a1]),
  Slogans: (a0: string): Promise<Slogan[]> => call('Digests', 'Slogans', [a0]),
  Void: (a0: string, a1: string): Promise<Digest> => call('Digests', 'Void', [a0, a1]),
  VoidSlogan: (a0: string, a1: string): Promise<Slogan[]> => call('Digests', 'VoidSlogan', [a0, a1]),
}

export const Drafts = {
  Drop: (a0: string): Promise<void> => call('Drafts', 'Drop', [a0]),
  Keep: (a0: string, a1: string): Promise<void> => call('Drafts', 'Keep', [a0, a1]),
  List: (): Promise<Draft[]> => call('Drafts', 'List', []),
  Of: (a0: string): Promise<Draft | null> => call('Drafts', 'Of', [a0]),
}

export const Exports = {
  Make: (a0: ExportRequest): Promise<ExportFile> => call('Exports', 'Make', [a0]),
  Print: (a0: ExportRequest): Promise<Sheet> => call('Exports', 'Print', [a0]),
  Save: (a0: ExportRequest): Promise<ExportFile> => call('Exports', 'Save', [a0]),
}

export const Finder = {
  All: (a0: string): Promise<HitGroup[]> => call('Finder', 'All', [a0]),
}

export const History = {
  Of: (a0: string, a1: string): Promise<HistoryEntry[]> => call('History', 'Of', [a0, a1]),
  Restore: (a0: string, a1: string, a2: string, a3: string, a4: string): Promise<HistoryEntry[]> => call('History', 'Restore', [a0, a1, a2, a3, a4]),
}

export const Households = {
  Get: (a0: string): Promise<Round> => call('Households', 'Get', [a0]),
  Record: (a0: string, a1: DoorForm): Promise<Round> => call('Households', 'Record', [a0, a1]),
  Undo: (a0: string): Promise<Round> => call('Households', 'Undo', [a0]),
}

export const Indicators = {
  Clusters: (): Promise<Cluster[]> => call('Indicators', 'Clusters', []),
  Get: (a0: string): Promise<LeadDetail> => call('Indicators', 'Get', [a0]),
  List: (a0: LeadQuery): Promise<LeadPage> => call('Indicators', 'List', [a0]),
  Lookup: (a0: string[]): Promise<Lead[]> => call('Indicators', 'Lookup', [a0]),
  Recognise: (a0: string): Promise<RecognisedLeads> => call('Indicators', 'Recognise', [a0]),
  Save: (a0: string, a1: LeadForm, a2: LeadForm): Promise<Lead> => call('Indicators', 'Save', [a0, a1, a2]),
  Trend: (a0: number): Promise<LeadTrend> => call('Indicators', 'Trend', [a0]),
}

export const Kit = {
  AddOfficer: (a0: string, a1: string, a2: string): Promise<KitState> => call('Kit', 'AddOfficer', [a0, a1, a2]),
  EndPractice: (): Promise<KitState> => call('Kit', 'EndPractice', []),
  Enrol: (a0: string, a1: string): Promise<KitState> => call('Kit', 'Enrol', [a0, a1]),
  StartPractice: (): Promise<KitState> => call('Kit', 'StartPractice', []),
  State: (): Promise<KitState> => call('Kit', 'State', []),
  UseOfficer: (a0: string): Promise<KitState> => call('Kit', 'UseOfficer', [a0]),
}

export const Linkage = {
  List: (a0: string): Promise<LinkageStep[]> => call('Linkage', 'List', [a0]),
  Restore: (a0: string): Promise<LinkageStep[]> => call('Linkage', 'Restore', [a0]),
  Save: (a0: string, a1: LinkageForm): Promise<LinkageStep[]> => call('Linkage', 'Save', [a0, a1]),
  Stamp: (a0: string, a1: string): Promise<LinkageStep[]> => call('Linkage', 'Stamp', [a0, a1]),
  Void: (a0: string, a1: string): Promise<LinkageStep[]> => call('Linkage', 'Void', [a0, a1]),
}

export const Meetings = {
  Badges: (a0: string): Promise<Badge[]> => call('Meetings', 'Badges', [a0]),
  Close: (a0: string): Promise<Meeting> => call('Meetings', 'Close', [a0]),
  Create: (a0: MeetingForm): Promise<Meeting> => call('Meetings', 'Create', [a0]),
  Find: (a0: string, a1: string): Promise<Attendee[]> => call('Meetings', 'Find', [a0, a1]),
  Get: (a0: string): Promise<Meeting> => call('Meetings', 'Get', [a0]),
  Give: (a0: string, a1: string, a2: number): Promise<Meeting> => call('Meetings', 'Give', [a0, a1, a2]),
  GiveOne: (a0: string, a1: string, a2: string, a3: number): Promise<Meeting> => call('Meetings', 'GiveOne', [a0, a1, a2, a3]),
  GivenTo: (a0: string, a1: string): Promise<GivenVenue[]> => call('Meetings', 'GivenTo', [a0, a1]),
  ImportRoster: (a0: string, a1: RosterRow[]): Promise<Meeting> => call('Meetings', 'ImportRoster', [a0, a1]),
  List: (): Promise<MeetingCard[]> => call('Meetings', 'List', []),
  ParseRoster: (a0: string): Promise<RosterPreview> => call('Meetings', 'ParseRoster', [a0]),
  ParseRosterAs: (a0: string, a1: string[]): Promise<RosterPreview> => call('Meetings', 'ParseRosterAs', [a0, a1]),
  ParseRosterFile: (a0: string, a1: string): Promise<RosterPreview> => call('Meetings', 'ParseRosterFile', [a0, a1]),
  ParseRosterFileAs: (a0: string, a1: string, a2: string[]): Promise<RosterPreview> => call('Meetings', 'ParseRosterFileAs', [a0, a1, a2]),
  Rates: (): Promise<CafeRate[]> => call('Meetings', 'Rates', []),
  Scan: (a0: string, a1: string): Promise<Scanned> => call('Meetings', 'Scan', [a0, a1]),
  SetAbsent: (a0: string, a1: string): Promise<Meeting> => call('Meetings', 'SetAbsent', [a0, a1]),
  SetDeputy: (a0: string, a1: string): Promise<Meeting> => call('Meetings', 'SetDeputy', [a0, a1]),
  SetScore: (a0: string, a1: number | null): Promise<Meeting> => call('Meetings', 'SetScore', [a0, a1]),
  SignIn: (a0: string): Promise<Meeting> => call('Meetings', 'SignIn', [a0]),
  UndoSignIn: (a0: string): Promise<Meeting> => call('Meetings', 'UndoSignIn', [a0]),
  WalkIn: (a0: string, a1: RosterRow): Promise<Meeting> => call('Meetings', 'WalkIn', [a0, a1]),
}

export const Outcomes = {
  ForConsultation: (a0: string): Promise<Outcome> => call('Outcomes', 'ForConsultation', [a0]),
  Get: (a0: string): Promise<Outcome> => call('Outcomes', 'Get', [a0]),
  List: (a0: OutcomeQuery): Promise<OutcomePage> => call('Outcomes', 'List', [a0]),
  Restore: (a0: string): Promise<Outcome> => call('Outcomes', 'Restore', [a0]),
  Save: (a0: OutcomeForm): Promise<Outcome> => call('Outcomes', 'Save', [a0]),
  Void: (a0: string, a1: string): Promise<Outcome> => call('Outcomes', 'Void', [a0, a1]),
}

export const Photos = {
  Add: (a0: PhotoUpload): Promise<Photo[]> => call('Photos', 'Add', [a0]),
  Describe: (a0: string, a1: string, a2: boolean): Promise<void> => call('Photos', 'Describe', [a0, a1, a2]),
  Full: (a0: string): Promise<string> => call('Photos', 'Full', [a0]),
  List: (a0: string, a1: string): Promise<Photo[]> => call('Photos', 'List', [a0, a1]),
  Remove: (a0: string, a1: string, a2: string): Promise<Photo[]> => call('Photos', 'Remove', [a0, a1, a2]),
  Thumb: (a0: string): Promise<string> => call('Photos', 'Thumb', [a0]),
}

export const Placements = {
  Inspect: (a0: InspectForm): Promise<Inspection> => call('Placements', 'Inspect', [a0]),
  OfVenue: (a0: string): Promise<Placement[]> => call('Placements', 'OfVenue', [a0]),
  Put: (a0: PlacementForm): Promise<Placement[]> => call('Placements', 'Put', [a0]),
  Round: (a0: InspectionQuery): Promise<InspectionStop[]> => call('Placements', 'Round', [a0]),
  VoidInspection: (a0: string, a1: boolean): Promise<void> => call('Placements', 'VoidInspection', [a0, a1]),
}

export const Plans = {
  Due: (a0: number): Promise<PlanItem[]> => call('Plans', 'Due', [a0]),
  OpenItem: (a0: string, a1: string): Promise<ActivityDetail> => call('Plans', 'OpenItem', [a0, a1]),
  SaveContingency: (a0: number, a1: Contingency, a2: Contingency): Promise<PlanYear> => call('Plans', 'SaveContingency', [a0, a1, a2]),
  SaveItem: (a0: PlanItemForm): Promise<PlanYear> => call('Plans', 'SaveItem', [a0]),
  SetTarget: (a0: number, a1: string, a2: number): Promise<PlanYear> => call('Plans', 'SetTarget', [a0, a1, a2]),
  VoidItem: (a0: string, a1: boolean): Promise<void> => call('Plans', 'VoidItem', [a0, a1]),
  Year: (a0: number): Promise<PlanYear> => call('Plans', 'Year', [a0]),
}

export const Posts = {
  Forward: (a0: string, a1: number): Promise<Post> => call('Posts', 'Forward', [a0, a1]),
  Get: (a0: string): Promise<Post> => call('Posts', 'Get', [a0]),
  Import: (a0: PostForm[]): Promise<number> => call('Posts', 'Import', [a0]),
  List: (a0: PostQuery): Promise<PostPage> => call('Posts', 'List', [a0]),
  ParsePaste: (a0: string): Promise<PostPreview> => call('Posts', 'ParsePaste', [a0]),
  Recognise: (a0: string): Promise<PastedLink> => call('Posts', 'Recognise', [a0]),
  Restore: (a0: string): Promise<Post> => call('Posts', 'Restore', [a0]),
  Save: (a0: PostForm): Promise<Post> => call('Posts', 'Save', [a0]),
  Void: (a0: string, a1: string): Promise<Post> => call('Posts', 'Void', [a0, a1]),
}

export const Ready = {
  Check: (): Promise<ReadyReport> => call('Ready', 'Check', []),
  Prepare: (): Promise<ReadyReport> => call('Ready', 'Prepare', []),
  Records: (): Promise<ReadyLine> => call('Ready', 'Records', []),
}

export const Review = {
  Blended: (): Promise<BlendedText[]> => call('Review', 'Blended', []),
  Keep: (a0: string, a1: string, a2: string): Promise<ReviewItem[]> => call('Review', 'Keep', [a0, a1, a2]),
  List: (): Promise<ReviewItem[]> => call('Review', 'List', []),
  LookedAt: (a0: string, a1: string, a2: string): Promise<BlendedText[]> => call('Review', 'LookedAt', [a0, a1, a2]),
  Swap: (a0: string, a1: string, a2: string): Promise<ReviewItem[]> => call('Review', 'Swap', [a0, a1, a2]),
}

export const Settings = {
  Get: (): Promise<Preferences> => call('Settings', 'Get', []),
  LogFile: (): Promise<string> => call('Settings', 'LogFile', []),
  Save: (a0: Preferences): Promise<Preferences> => call('Settings', 'Save', [a0]),
}

export const Stock = {
  Balances: (): Promise<StockLine[]> => call('Stock', 'Balances', []),
  Carried: (a0: string): Promise<Carried[]> => call('Stock', 'Carried', [a0]),
  Carry: (a0: string, a1: string, a2: string, a3: number): Promise<Carried[]> => call('Stock', 'Carry', [a0, a1, a2, a3]),
  Moves: (a0: number): Promise<StockMove[]> => call('Stock', 'Moves', [a0]),
  Record: (a0: MoveForm): Promise<StockLine[]> => call('Stock', 'Record', [a0]),
  Twin: (a0: MoveForm): Promise<StockMove | null> => call('Stock', 'Twin', [a0]),
  VoidMove: (a0: string, a1: boolean): Promise<StockLine[]> => call('Stock', 'VoidMove', [a0, a1]),
}

export const Sync = {
  Addresses: (): Promise<ServerAddress[]> => call('Sync', 'Addresses', []),
  DropAddress: (a0: string): Promise<ServerAddress[]> => call('Sync', 'DropAddress', [a0]),
  HeldBack: (): Promise<HeldRecord[]> => call('Sync', 'HeldBack', []),
  Log: (): Promise<SyncLogEntry[]> => call('Sync', 'Log', []),
  Now: (): Promise<SyncStatus> => call('Sync', 'Now', []),
  Records: (a0: string): Promise<SyncRecord[]> => call('Sync', 'Records', [a0]),
  Status: (): Promise<SyncStatus> => call('Sync', 'Status', []),
  UseAddress: (a0: string, a1: boolean): Promise<SyncStatus> => call('Sync', 'UseAddress', [a0, a1]),
}

export const Tallies = {
  Add: (a0: string, a1: string, a2: number): Promise<TallyDay> => call('Tallies', 'Add', [a0, a1, a2]),
  Close: (a0: string): Promise<TallyDay> => call('Tallies', 'Close', [a0]),
  Day: (a0: string): Promise<TallyDay> => call('Tallies', 'Day', [a0]),
  Reopen: (a0: string): Promise<TallyDay> => call('Tallies', 'Reopen', [a0]),
  Set: (a0: string, a1: string, a2: number): Promise<TallyDay> => call('Tallies', 'Set', [a0, a1, a2]),
  Undo: (a0: string): Promise<TallyDay> => call('Tallies', 'Undo', [a0]),
  Week: (): Promise<TallyDay[]> => call('Tallies', 'Week', []),
}

export const Tray = {
  Count: (): Promise<number> => call('Tray', 'Count', []),
  Export: (a0: string): Promise<ExportFile> => call('Tray', 'Export', [a0]),
  List: (): Promise<TrayItem[]> => call('Tray', 'List', []),
  ReleaseHeld: (a0: string): Promise<TrayItem[]> => call('Tray', 'ReleaseHeld', [a0]),
  Resend: (): Promise<SyncStatus> => call('Tray', 'Resend', []),
}

export const Venues = {
  Create: (a0: VenueForm): Promise<Venue> => call('Venues', 'Create', [a0]),
  Get: (a0: string): Promise<Venue> => call('Venues', 'Get', [a0]),
  List: (a0: VenueQuery): Promise<Venue[]> => call('Venues', 'List', [a0]),
  Similar: (a0: VenueForm, a1: string): Promise<Similar[]> => call('Venues', 'Similar', [a0, a1]),
  Update: (a0: string, a1: VenueForm): Promise<Venue> => call('Venues', 'Update', [a0, a1]),
}
