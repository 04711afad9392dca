/** Whether an Accept header (RFC 9110 §12.5.1) ranks `text/html` above JSON, as browsers do. `*\/*` alone does not. */
export function prefersHtml(accept = ''): boolean {
  const ranges = new Map(accept.toLowerCase().split(',').map(mediaRange));
  return quality(ranges, 'text/html') > quality(ranges, 'application/json');
}

function mediaRange(member: string): [range: string, quality: number] {
  const [range = '', ...parameters] = member.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return [range, weight === undefined ? 1 : Number(weight.slice(2)) || 0];
}

/** The most specific range decides. */
function quality(ranges: ReadonlyMap<string, number>, type: string): number {
  const [main = ''] = type.split('/');
  return ranges.get(type) ?? ranges.get(`${main}/*`) ?? ranges.get('*/*') ?? 0;
}
