/// How a report looks: on wide and narrow screens, in light and dark, on paper.
enum ReportStyle {
  static let css = """
    :root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#d9dee3;--panel:#f6f8fa;--link:#0b62c4;
    --good:#0f6b3c;--good-back:#dff3e6;--bad:#a3301a;--bad-back:#fbe6e0;--open:#735c0f;--open-back:#fbf1cf;
    --comment:#59636e;--string:#0a5c43;--number:#8a3ea0;--word:#0b4f9e;--point:#0072b2;--want:#dff3e6}
    @media screen and (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6edf3;--soft:#a0aab5;--line:#363d46;
    --panel:#1c2128;--link:#7cb8ff;--good:#7ddba4;--good-back:#123524;--bad:#ff9d85;--bad-back:#45201a;--open:#ecd27a;
    --open-back:#3a3114;--comment:#a0aab5;--string:#7ddba4;--number:#dba6ec;--word:#86bdff;--point:#7cc7f2;--want:#143524}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:64rem;margin:0 auto;padding:1.5rem 1.1rem 4rem}
    main>:not(pre,.wide,section),section>:not(pre){max-width:48rem}
    h1{font-size:1.9rem;line-height:1.2;margin:.4rem 0 .5rem;text-wrap:balance}
    h2{font-size:1.35rem;line-height:1.25;margin:2.4rem 0 .6rem}
    h3{font-size:1.08rem;line-height:1.35;margin:1.5rem 0 .4rem}
    h4,h5,h6{font-size:1rem;margin:1.2rem 0 .3rem}
    p,ul,ol,blockquote{margin:.7rem 0}
    li{margin:.2rem 0}
    a{color:var(--link)}
    blockquote{border-left:4px solid var(--line);padding-left:1rem;color:var(--soft)}
    code,pre,kbd{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.83em}
    code{background:var(--panel);border-radius:4px;padding:.1em .3em;overflow-wrap:anywhere}
    pre{margin:.8rem 0;padding:.75rem .9rem;overflow-x:auto;line-height:1.45;font-size:.8rem;border-radius:6px;background:var(--panel);tab-size:2}
    pre code{background:none;padding:0;font-size:1em;overflow-wrap:normal}
    pre.formula{background:none;border-left:4px solid var(--line);border-radius:0;font-size:.86rem}
    span.formula{font-style:italic}
    pre.output{background:none;border:1px solid var(--line)}
    pre.figure-text{line-height:1.2}
    i.c{color:var(--comment)}i.s{color:var(--string);font-style:normal}i.n{color:var(--number);font-style:normal}
    i.k{color:var(--word);font-style:normal;font-weight:600}
    .meta,.note,.raw,figcaption{color:var(--soft);font-size:.88rem}
    .meta{margin:.2rem 0}
    .raw{font-variant-numeric:tabular-nums;margin:.3rem 0;overflow-wrap:break-word}
    .badge{display:inline-block;font-size:.8rem;font-weight:650;border-radius:1rem;padding:.05rem .65rem;margin-right:.35rem;white-space:nowrap;border:1px solid currentColor}
    .good{color:var(--good);background:var(--good-back)}.bad{color:var(--bad);background:var(--bad-back)}
    .open{color:var(--open);background:var(--open-back)}
    .claim{border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;margin:.9rem 0}
    .claim h3{margin:.1rem 0 .5rem}
    .claim dl{display:flex;flex-wrap:wrap;gap:.35rem 1.15rem;margin:.4rem 0 .5rem}
    dt{color:var(--soft);font-size:.78rem}dd{margin:0;font-variant-numeric:tabular-nums;font-size:.95rem;overflow-wrap:anywhere}
    .measure{margin:.9rem 0 .2rem;font-size:.95rem}
    .strip{display:block;overflow:visible;margin:.3rem 0}
    .strip .wanted{fill:var(--want)}.strip .axis{stroke:var(--soft)}.strip .threshold{stroke:var(--good);stroke-width:1.5;stroke-dasharray:4 3}
    .strip .point{fill:var(--point);fill-opacity:.65}.strip .interval{stroke:var(--ink);stroke-width:2.5}
    .strip .mean{fill:var(--paper);stroke:var(--ink);stroke-width:2.5}.strip text{fill:var(--soft);font-size:12px}
    .warning{border-left:4px solid var(--open);background:var(--open-back);color:var(--ink);padding:.5rem .9rem;border-radius:0 6px 6px 0}
    figure{margin:1.1rem 0}
    figure svg.perilune-figure{display:block;max-width:100%;height:auto;margin:0 auto;border-radius:6px}
    .wide{overflow-x:auto;margin:.8rem 0}
    table{border-collapse:collapse;font-size:.88rem;line-height:1.4}
    th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
    th{color:var(--soft);font-weight:600;white-space:nowrap}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    td code{white-space:nowrap}
    .hash{overflow-wrap:anywhere}
    @media (max-width:36rem){body{font-size:16px}main{padding:1rem .9rem 3rem}h1{font-size:1.55rem}h2{font-size:1.2rem}
    .claim{padding:.7rem .75rem}.claim dl{display:grid;grid-template-columns:repeat(2,1fr)}pre{font-size:.74rem;padding:.6rem .7rem}}
    @media print{:root{color-scheme:light}body{font-size:10.5pt;line-height:1.4}main{max-width:none;padding:0}
    pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:8pt}pre.output,pre.formula{font-size:8pt}
    .claim,figure,tr,pre.formula{break-inside:avoid}h1,h2,h3,h4,p:has(+ .wide),p:has(+ pre){break-after:avoid}.wide{overflow:visible}table{font-size:8pt}
    .badge,.warning,.strip,pre,code{-webkit-print-color-adjust:exact;print-color-adjust:exact}a{color:inherit}}
    @page{margin:18mm 16mm}
    """
}
