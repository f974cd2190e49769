/**
 * A report as it is filed, in Typst: A4, one font. Every text comes from `data`, which holds a Report (lib/incident-report) and
 * `drillWords`, and none of it is read as markup.
 */
export const page = `#let report = json(bytes(sys.inputs.data))
#set document(title: report.title, author: report.operator)
#set text(font: ("Noto Sans SC", "Noto Sans JP"), fallback: true, lang: "zh", region: "cn", size: 10.5pt)
#set par(leading: 0.9em, justify: true)
#set page(
  paper: "a4",
  margin: (x: 2.4cm, y: 2.6cm),
  header: context if report.drill [
    #set align(center)
    #text(weight: "bold", fill: rgb("#b3261e"))[#report.drillWords]
  ],
  footer: context [
    #set text(size: 8.5pt)
    #report.number #h(1fr) #counter(page).display() / #counter(page).final().first()
  ],
)
#show heading.where(level: 1): it => align(center, block(above: 0.6em, below: 1.2em, text(size: 18pt, it.body)))
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.9em, text(size: 12pt, it.body))
#let rule = 0.5pt + rgb("#777777")
#let cells(row) = row.map(cell => [#cell])

= #report.title
#table(
  columns: (8em, 1fr),
  stroke: rule,
  inset: 7pt,
  ..report.facts.map(((name, value)) => (strong(name), [#value])).flatten(),
)

#for section in report.sections {
  heading(level: 2, section.heading)
  for words in section.at("paragraphs", default: ()) { par(words) }
  if "table" in section {
    let widths = section.table.at("widths", default: section.table.head.map(_ => 1))
    table(
      columns: widths.map(one => one * 1fr),
      stroke: rule,
      inset: 6pt,
      table.header(..section.table.head.map(cell => strong(cell))),
      ..section.table.rows.map(cells).flatten(),
    )
  }
}

#v(2em)
#align(right, block(breakable: false, stack(spacing: 1em, ..report.signature.map(line => [#line]))))
`;
