-- What help and the reference say about Transformer.
local _, core = ...

core.document{
  name = "lab.nn.Transformer", signature = "lab.nn.Transformer{kind = \"decoder\", vocab, width, depth, heads, ...}", chapter = "Models",
  summary = "A Transformer: decoder, encoder, encoder-decoder, or vision transformer.",
  details = {
    "{kind}: decoder, encoder, encoder_decoder, vit", "{vocab}: number of tokens; {width}, {depth}, {heads}; {kv_heads}: see lab.nn.Attention",
    "{context}: the greatest length; required for learned positions",
    "{positions}: none, learned, sinusoidal, rope, alibi, relative; learned where there is a context, else rope",
    "{rope}: {base = 10000, fraction = 1, interleaved = false}; {relative}: {buckets = 32, max_distance = 128}",
    "{window}: attention to less than so many positions away; {qk_norm}: RMSNorm of queries and keys",
    "{mlp}: gelu, gelu_tanh, relu, silu, swiglu, geglu; {mlp_ratio = 4} or {hidden}",
    "{norm}: layer or rms; {norm_first = true}; {eps}: 1e-5 (layer), 1e-6 (rms); {final_norm}: as norm_first unless given",
    "{dropout}: of embeddings and behind each layer; {attention_dropout}: of attention weights", "{bias = true}: of linear layers and norms",
    "{std = 0.02}: deviation of the first weights; narrow models (width 32 to 64) learn sooner from 0.1 to 0.2",
    "{tied = true}: the head's weight is that of tokens", "{classes}: scores of classes (encoder, vit); {pool}: first or mean",
    "encoder: {segments}: kinds of segments; {embedding_norm}; {masked_lm}: a head over tokens; {pooler}: dense and tanh on the first token",
    "encoder_decoder: {encoder_depth}; {start = 1}: the token that begins each target", "vit: {image}, {patch}: number or {height, width}; {channels = 1}",
    "parts: tokens, positions, blocks.N.attn_norm, blocks.N.attn.qkv, blocks.N.attn.out, blocks.N.mlp_norm, blocks.N.mlp.up, gate, down, norm, head; encoder_decoder also encoder.*, blocks.N.cross",
    "net(tokens, {mask, positions, cache}): {batch, length} int64 gives logits {batch, length, vocab}; embeddings {batch, length, width} in place of tokens serve too",
    "net(tokens, {mask, segments}): an encoder gives {batch, length, width}, or the scores of its head",
    "net(source, target, {source_mask, mask}): an encoder-decoder", "net(images): {batch, channels, height, width} gives {batch, classes}",
    "{mask}: bool, true for tokens that may be seen: {batch, length}, or {batch, queries, keys}",
  },
  notes = "Weights start normal with deviation {std}, those added to the residual stream divided by sqrt(2 depth), as in GPT-2. Sinusoidal positions scale the embeddings by sqrt(width), as in the paper. GPT-2 is mlp = \"gelu_tanh\" with learned positions; BERT is an encoder with norm_first = false, segments = 2, embedding_norm = true.",
  source = "Vaswani et al. 2017, Attention Is All You Need; Radford et al. 2019 (GPT-2); Devlin et al. 2019, BERT; Dosovitskiy et al. 2021, An Image is Worth 16x16 Words",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 2, heads = 4, positions = \"rope\" }\nprint(net(lab.tensor({{1, 5, 2}}, \"int64\")).shape)",
}
core.document{
  name = "lab.nn.Transformer.hidden", signature = "net:hidden(tokens, {mask, positions, segments, cache, memory, memory_mask})", chapter = "Models",
  summary = "The last hidden state {batch, length, width}, before the head; net:readout(h) is the head.",
  details = { "{memory}: what an encoder-decoder's decoder attends to, {batch, length, width}; {memory_mask}: bool {batch, length}" },
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 2, heads = 4 }\nlocal h = net:hidden(lab.tensor({{1, 5, 2}}, \"int64\"))\nprint(h.shape, net:readout(h).shape)",
}
core.document{
  name = "lab.nn.Transformer.readout", signature = "net:readout(h)", chapter = "Models",
  summary = "What the head makes of hidden states: scores of tokens, or of classes.",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 2, heads = 4 }\nprint(net:readout(lab.randn{1, 16}).shape)",
}
core.document{
  name = "lab.nn.Transformer.pooled", signature = "net:pooled(h, [mask])", chapter = "Models",
  summary = "One vector for each sequence of hidden states: the first position (through the pooler where there is one), or the mean of the tokens where mask is true.",
  example = "local net = lab.nn.Transformer{ kind = \"encoder\", vocab = 10, width = 16, depth = 1, heads = 4 }\nprint(net:pooled(lab.randn{2, 3, 16}).shape)",
}
core.document{
  name = "lab.nn.Transformer.through_blocks", signature = "net:through_blocks(h, {mask, cache, positions, memory, memory_mask}, offset)", chapter = "Models",
  summary = "The blocks and the last norm, for embeddings {batch, length, width} that have their positions already; offset tokens came before.",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nprint(net:through_blocks(lab.randn{2, 3, 16}, {}, 0).shape)",
}
core.document{
  name = "lab.nn.Transformer.cache", signature = "net:cache([reserve])", chapter = "Models",
  summary = "An empty cache of keys and values, with room for as many tokens: calls with option cache continue where the last one ended.",
  notes = "For lab.no_grad only. net:generate keeps one by itself.",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nlab.no_grad(function()\n  local cache = net:cache()\n  net(lab.tensor({{1, 5}}, \"int64\"), {cache = cache})\n  print(net(lab.tensor({{2}}, \"int64\"), {cache = cache}).shape, cache.length)\nend)",
}
