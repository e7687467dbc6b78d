import { expect, test } from 'vitest'
import { isCode } from '../../src/field/sync/code'

test('a code is told from an address by what people paste and type', () => {
  for (const text of ['FK1-01234-56789', 'fk1-0123', ' ＦＫ１－０１２３', 'FK1-01234\n-56789', 'fk2-9']) expect(isCode(text), text).toBe(true)
  for (const text of ['10.0.0.5', 'fk1.example.gov.cn', 'fk1：8443', 'https://fk1', 'fk1。county', 'fk', '城关', '']) expect(isCode(text), text).toBe(false)
})
