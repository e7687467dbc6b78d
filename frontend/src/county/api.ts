// The county's calls and their shapes, generated from internal/county.
export * from '../shared/api.county.gen'
