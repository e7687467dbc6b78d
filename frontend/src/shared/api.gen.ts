// Generated from the Go services by `go run ./build/client`; do not edit.
import { call } from './rpc'

export interface ActivityForm {
  title: string | null
  place: string | null
  heads: number | null
  elder_heads: number | null
  summary: string | null
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

export interface OpenBooth {
  kind: string
  title: string
  venue_id: string
  place: string
  lead_unit_id: string
  partner_units: string[]
  start_at: number
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

export interface Undone {
  tap: Tap | null
  state: BoothState
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

export interface ConsultationDraft {
  form: ConsultationForm
  at: number
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
  note: string
  at_risk_fen: number
  loss_fen: number
  activity: Named
  officer: Named
  device: Named
  voided: boolean
  updated_at: number
  progress: Progress
  suspicious: boolean
}

export interface ConsultationQuery {
  text: string
  activity_id: string
  fraud_type: string
  from: number
  to: number
  voided: boolean
  offset: number
  limit: number
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
  note: string
}

export interface KitState {
  enrolled: boolean
  county: string
  label: string
  unit: Named
  officer: Officer | null
  officers: Officer[]
  version: string
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
  progress: Progress
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

export interface HeldRecord {
  table: string
  id: string
  device: string
  reason: string
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
}

export interface SyncRecord {
  table: string
  id: string
  title: string
  state: string
  at: number
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
  id: string
  progress: Progress
}

export interface VenueQuery {
  text: string
  kind: string
  limit: number
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

export interface Tally {
  material_id: string
  name: string
  group: string
  hotkey: number
  mine: number
  total: number
}

export interface Count {
  mine: number
  total: number
}

export interface Tap {
  target: string
  name: string
  delta: number
  at: number
  undone: boolean
}

export interface Named {
  id: string
  name: string
}

export interface Progress {
  state: string
  at: number
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
}

export interface Said {
  text: string
  device: string
  at: number
}

export interface SyncProgress {
  sent_bytes: number
  total_bytes: number
  received_bytes: number
}

export const Booth = {
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

export const Catalogue = {
  AddMaterial: (a0: MaterialForm): Promise<Material[]> => call('Catalogue', 'AddMaterial', [a0]),
  AddUnit: (a0: UnitForm): Promise<Unit> => call('Catalogue', 'AddUnit', [a0]),
  Materials: (): Promise<Material[]> => call('Catalogue', 'Materials', []),
  Units: (): Promise<Unit[]> => call('Catalogue', 'Units', []),
}

export const Consultations = {
  DiscardDraft: (): Promise<void> => call('Consultations', 'DiscardDraft', []),
  Draft: (): Promise<ConsultationDraft | null> => call('Consultations', 'Draft', []),
  Get: (a0: string): Promise<Consultation> => call('Consultations', 'Get', [a0]),
  List: (a0: ConsultationQuery): Promise<ConsultationPage> => call('Consultations', 'List', [a0]),
  Restore: (a0: string): Promise<Consultation> => call('Consultations', 'Restore', [a0]),
  Save: (a0: ConsultationForm): Promise<Consultation> => call('Consultations', 'Save', [a0]),
  SaveDraft: (a0: ConsultationForm): Promise<void> => call('Consultations', 'SaveDraft', [a0]),
  Void: (a0: string, a1: string): Promise<Consultation> => call('Consultations', 'Void', [a0, a1]),
}

export const Kit = {
  AddOfficer: (a0: string, a1: string, a2: string): Promise<KitState> => call('Kit', 'AddOfficer', [a0, a1, a2]),
  Enrol: (a0: string, a1: string): Promise<KitState> => call('Kit', 'Enrol', [a0, a1]),
  State: (): Promise<KitState> => call('Kit', 'State', []),
  UseOfficer: (a0: string): Promise<KitState> => call('Kit', 'UseOfficer', [a0]),
}

export const Meetings = {
  Close: (a0: string): Promise<Meeting> => call('Meetings', 'Close', [a0]),
  Create: (a0: MeetingForm): Promise<Meeting> => call('Meetings', 'Create', [a0]),
  Find: (a0: string, a1: string): Promise<Attendee[]> => call('Meetings', 'Find', [a0, a1]),
  Get: (a0: string): Promise<Meeting> => call('Meetings', 'Get', [a0]),
  Give: (a0: string, a1: string, a2: number): Promise<Meeting> => call('Meetings', 'Give', [a0, a1, a2]),
  ImportRoster: (a0: string, a1: RosterRow[]): Promise<Meeting> => call('Meetings', 'ImportRoster', [a0, a1]),
  List: (): Promise<MeetingCard[]> => call('Meetings', 'List', []),
  ParseRoster: (a0: string): Promise<RosterPreview> => call('Meetings', 'ParseRoster', [a0]),
  ParseRosterFile: (a0: string, a1: string): Promise<RosterPreview> => call('Meetings', 'ParseRosterFile', [a0, a1]),
  SetAbsent: (a0: string, a1: string): Promise<Meeting> => call('Meetings', 'SetAbsent', [a0, a1]),
  SignIn: (a0: string): Promise<Meeting> => call('Meetings', 'SignIn', [a0]),
  UndoSignIn: (a0: string): Promise<Meeting> => call('Meetings', 'UndoSignIn', [a0]),
  WalkIn: (a0: string, a1: RosterRow): Promise<Meeting> => call('Meetings', 'WalkIn', [a0, a1]),
}

export const Review = {
  Keep: (a0: string, a1: string, a2: string): Promise<ReviewItem[]> => call('Review', 'Keep', [a0, a1, a2]),
  List: (): Promise<ReviewItem[]> => call('Review', 'List', []),
  Swap: (a0: string, a1: string, a2: string): Promise<ReviewItem[]> => call('Review', 'Swap', [a0, a1, a2]),
}

export const Settings = {
  Get: (): Promise<Preferences> => call('Settings', 'Get', []),
  Save: (a0: Preferences): Promise<Preferences> => call('Settings', 'Save', [a0]),
}

export const Sync = {
  HeldBack: (): Promise<HeldRecord[]> => call('Sync', 'HeldBack', []),
  Log: (): Promise<SyncLogEntry[]> => call('Sync', 'Log', []),
  Now: (): Promise<SyncStatus> => call('Sync', 'Now', []),
  Records: (a0: string): Promise<SyncRecord[]> => call('Sync', 'Records', [a0]),
  Status: (): Promise<SyncStatus> => call('Sync', 'Status', []),
}

export const Venues = {
  Create: (a0: VenueForm): Promise<Venue> => call('Venues', 'Create', [a0]),
  Get: (a0: string): Promise<Venue> => call('Venues', 'Get', [a0]),
  List: (a0: VenueQuery): Promise<Venue[]> => call('Venues', 'List', [a0]),
  Update: (a0: string, a1: VenueForm): Promise<Venue> => call('Venues', 'Update', [a0, a1]),
}
