/** 250 KiB of UTF-8 each: what a reverse by user-perceived characters finds easy and what it finds hard. */
const ALPHABETS: Readonly<Record<string, string>> = {
  'plain text': 'The quick brown fox jumps over the lazy dog. ',
  Latin: 'Þórður sækir mjólk, café crème à la carte, žluťoučký kůň. ',
  'Latin with combining marks': 'The quick brown fox jumps. Thé qüíck bröwn. '.normalize('NFD'),
  Chinese: '天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏',
  emoji: '👨‍👩‍👧🇺🇸👍🏽❤️🐈‍⬛',
};

export const LONG_TEXT_KINDS = Object.keys(ALPHABETS);

const BYTES = 250 * 1024;

/** A text of this kind and of 250 KiB; it begins with `mark`, so that each is new. */
export function longText(kind: string, mark: string): string {
  const alphabet = ALPHABETS[kind];
  if (alphabet === undefined) throw new Error(`no long text is called ${kind}`);
  return mark + alphabet.repeat(Math.floor((BYTES - mark.length) / Buffer.byteLength(alphabet)));
}
