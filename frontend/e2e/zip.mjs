// Archives for the end-to-end tests: .xlsx to import, .docx to look into.
import { crc32, inflateRawSync } from 'node:zlib'

/** The parts of an archive by name. */
export function unzip(raw) {
  const parts = new Map()
  let at = raw.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const count = raw.readUInt16LE(at + 10)
  at = raw.readUInt32LE(at + 16)
  for (let i = 0; i < count; i++) {
    const [method, packed] = [raw.readUInt16LE(at + 10), raw.readUInt32LE(at + 20)]
    const [name, extra, comment] = [raw.readUInt16LE(at + 28), raw.readUInt16LE(at + 30), raw.readUInt16LE(at + 32)]
    const local = raw.readUInt32LE(at + 42)
    const from = local + 30 + raw.readUInt16LE(local + 26) + raw.readUInt16LE(local + 28)
    const body = raw.subarray(from, from + packed)
    parts.set(raw.toString('utf8', at + 46, at + 46 + name), method === 8 ? inflateRawSync(body) : body)
    at += 46 + name + extra + comment
  }
  return parts
}

/** An archive of parts, stored as they are. */
export function zip(parts) {
  const local = []
  const central = []
  let at = 0
  for (const [name, content] of parts) {
    const body = Buffer.from(content)
    const title = Buffer.from(name)
    const head = Buffer.alloc(30)
    head.write('PK\x03\x04', 'latin1')
    head.writeUInt16LE(20, 4)
    head.writeUInt32LE(crc32(body), 14)
    head.writeUInt32LE(body.length, 18)
    head.writeUInt32LE(body.length, 22)
    head.writeUInt16LE(title.length, 26)
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 'latin1')
    entry.writeUInt16LE(20, 4)
    head.copy(entry, 6, 4, 30)
    entry.writeUInt32LE(at, 42)
    local.push(head, title, body)
    central.push(entry, title)
    at += head.length + title.length + body.length
  }
  const list = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.size, 8)
  end.writeUInt16LE(parts.size, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...local, list, end])
}

const escaped = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;')
const column = (n) => String.fromCharCode(65 + n)

/** A workbook of one sheet, as Excel would save these rows. */
export function workbook(rows) {
  const cells = rows.map((row, r) => `<row r="${r + 1}">${row.map((v, c) => `<c r="${column(c)}${r + 1}" t="inlineStr"><is><t>${escaped(v)}</t></is></c>`).join('')}</row>`).join('')
  const ns = 'http://schemas.openxmlformats.org'
  return zip(new Map(Object.entries({
    '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="${ns}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    '_rels/.rels': `<?xml version="1.0"?><Relationships xmlns="${ns}/package/2006/relationships"><Relationship Id="r1" Type="${ns}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns="${ns}/spreadsheetml/2006/main" xmlns:r="${ns}/officeDocument/2006/relationships"><sheets><sheet name="台账" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<?xml version="1.0"?><Relationships xmlns="${ns}/package/2006/relationships"><Relationship Id="r1" Type="${ns}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<?xml version="1.0"?><worksheet xmlns="${ns}/spreadsheetml/2006/main"><sheetData>${cells}</sheetData></worksheet>`,
  })))
}
