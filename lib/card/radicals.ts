/**
 * Radicals that PDFs and old fonts have in the place of the characters that they look like, each with the character
 * (EquivalentUnifiedIdeograph of Unicode). What NFKC folds by itself is not among them.
 */
const PAIRS = [
  '⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕𫜹⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒',
  '⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马',
  '⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀',
].join('');

const characters = new Map(
  [...PAIRS].flatMap((radical, index, all) =>
    index % 2 === 0 ? [[radical, all[index + 1] ?? radical]] : [],
  ) as [string, string][],
);

/**
 * Characters that had no place of their own in Unicode when GBK and GB 18030-2000 were made, and stand in old data where anybody may
 * put anything: what GB 18030-2022 has in the same places, from U+E815 on.
 */
const FIRST_PRIVATE = 0xe815;
const PRIVATE = [
  ...'⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱',
  ...'䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻',
];

/** The text with characters in the place of radicals, and of what had no place. */
export function withoutRadicals(text: string): string {
  const placed = text.replace(/[\uE815-\uE864]/g, (one) => PRIVATE[one.charCodeAt(0) - FIRST_PRIVATE] ?? one);
  return placed.replace(/[\u2E80-\u2FDF]/gu, (one) => characters.get(one) ?? one);
}
