export default {
  photo: { add: '照片', busy: '处理中…', alt: '{at} 的照片', one: '照片', elsewhere: '在 {device} 上', caption: '说明', people: '有人像，不公开', remove: '拿掉', saved: '已存本机' },
}
