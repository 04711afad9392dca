/** The playground's icon: two arrows, each the other turned around. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" fill="#ffd81f"/>
<path d="M8 20h30l-9-9M40 28H10l9 9" fill="none" stroke="#14130f" stroke-width="5"/>
</svg>
`;
