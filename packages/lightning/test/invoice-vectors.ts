import type { BitcoinNetwork } from '@turnpike/core'

/** An example of BOLT 11 (lightning/bolts, 11-payment-encoding.md), and what is to be read of it. */
interface SpecifiedInvoice {
  readonly title: string
  readonly invoice: string
  /** What the refusal says. One of them is valid, but leaves the amount open. */
  readonly refused?: string
  readonly amountMsat?: number
  readonly network?: BitcoinNetwork
  readonly memo?: string
  readonly expirySeconds?: number
}

export const SPECIFIED: readonly SpecifiedInvoice[] = [
  {
    title:
      'Please make a donation of any amount using payment_hash 0001020304050607080900010203040506070809000102030405060708090102 to me @03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad',
    invoice:
      'lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql',
    refused: 'leaves the amount open',
  },
  {
    title:
      'Please send 0.0025 BTC for a cup of nonsense (ナンセンス 1杯) to the same peer, within one minute',
    invoice:
      'lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpu9qrsgqhtjpauu9ur7fw2thcl4y9vfvh4m9wlfyz2gem29g5ghe2aak2pm3ps8fdhtceqsaagty2vph7utlgj48u0ged6a337aewvraedendscp573dxr',
    amountMsat: 250000000,
    network: 'bitcoin',
    memo: 'ナンセンス 1杯',
    expirySeconds: 60,
  },
  {
    title: 'The same, on testnet, with a fallback address mk2QpYatsKicvFVuTAQLBryyccRXMUaGHP',
    invoice:
      'lntb20m1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygshp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqfpp3x9et2e20v6pu37c5d9vax37wxq72un989qrsgqdj545axuxtnfemtpwkc45hx9d2ft7x04mt8q7y6t0k2dge9e7h8kpy9p34ytyslj3yu569aalz2xdk8xkd7ltxqld94u8h2esmsmacgpghe9k8',
    amountMsat: 2000000000,
    network: 'testnet',
  },
  {
    title: 'On mainnet, with fallback (P2SH) address 3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX',
    invoice:
      'lnbc20m1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygshp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqfppj3a24vwu6r8ejrss3axul8rxldph2q7z99qrsgqz6qsgww34xlatfj6e3sngrwfy3ytkt29d2qttr8qz2mnedfqysuqypgqex4haa2h8fx3wnypranf3pdwyluftwe680jjcfp438u82xqphf75ym',
    amountMsat: 2000000000,
    network: 'bitcoin',
  },
  {
    title:
      'On mainnet, with fallback (P2WSH) address bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3',
    invoice:
      'lnbc20m1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygshp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqfp4qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q9qrsgq9vlvyj8cqvq6ggvpwd53jncp9nwc47xlrsnenq2zp70fq83qlgesn4u3uyf4tesfkkwwfg3qs54qe426hp3tz7z6sweqdjg05axsrjqp9yrrwc',
    amountMsat: 2000000000,
    network: 'bitcoin',
  },
  {
    title: 'Please send 0.00967878534 BTC for a list of items within one week, amount in pico-BTC',
    invoice:
      'lnbc9678785340p1pwmna7lpp5gc3xfm08u9qy06djf8dfflhugl6p7lgza6dsjxq454gxhj9t7a0sd8dgfkx7cmtwd68yetpd5s9xar0wfjn5gpc8qhrsdfq24f5ggrxdaezqsnvda3kkum5wfjkzmfqf3jkgem9wgsyuctwdus9xgrcyqcjcgpzgfskx6eqf9hzqnteypzxz7fzypfhg6trddjhygrcyqezcgpzfysywmm5ypxxjemgw3hxjmn8yptk7untd9hxwg3q2d6xjcmtv4ezq7pqxgsxzmnyyqcjqmt0wfjjq6t5v4khxsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqyjw5qcqp2rzjq0gxwkzc8w6323m55m4jyxcjwmy7stt9hwkwe2qxmy8zpsgg7jcuwz87fcqqeuqqqyqqqqlgqqqqn3qq9q9qrsgqrvgkpnmps664wgkp43l22qsgdw4ve24aca4nymnxddlnp8vh9v2sdxlu5ywdxefsfvm0fq3sesf08uf6q9a2ke0hc9j6z6wlxg5z5kqpu2v9wz',
    amountMsat: 967878534,
    network: 'bitcoin',
    memo: 'Blockstream Store: 88.85 USD for Blockstream Ledger Nano S x 1, "Back In My Day" Sticker x 2, "I Got Lightning Working" Sticker x 2 and 1 more items',
    expirySeconds: 604800,
  },
  {
    title: 'Same, but all upper case.',
    invoice:
      'LNBC25M1PVJLUEZPP5QQQSYQCYQ5RQWZQFQQQSYQCYQ5RQWZQFQQQSYQCYQ5RQWZQFQYPQDQ5VDHKVEN9V5SXYETPDEESSP5ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYG3ZYGS9Q5SQQQQQQQQQQQQQQQQSGQ2A25DXL5HRNTDTN6ZVYDT7D66HYZSYHQS4WDYNAVYS42XGL6SGX9C4G7ME86A27T07MDTFRY458RTJR0V92CNMSWPSJSCGT2VCSE3SGPZ3UAPA',
    amountMsat: 2500000000,
    network: 'bitcoin',
    memo: 'coffee beans',
  },
  {
    title: 'Please send 0.01 BTC with payment metadata 0x01fafaf0',
    invoice:
      'lnbc10m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdp9wpshjmt9de6zqmt9w3skgct5vysxjmnnd9jx2mq8q8a04uqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q2gqqqqqqsgq7hf8he7ecf7n4ffphs6awl9t6676rrclv9ckg3d3ncn7fct63p6s365duk5wrk202cfy3aj5xnnp5gs3vrdvruverwwq7yzhkf5a3xqpd05wjc',
    amountMsat: 1000000000,
    network: 'bitcoin',
    memo: 'payment metadata inside',
  },
  {
    title: 'Same, but adding invalid unknown feature 100',
    invoice:
      'lnbc25m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5vdhkven9v5sxyetpdeessp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q4psqqqqqqqqqqqqqqqqsgqtqyx5vggfcsll4wu246hz02kp85x4katwsk9639we5n5yngc3yhqkm35jnjw4len8vrnqnf5ejh0mzj9n3vz2px97evektfm2l6wqccp3y7372',
    refused: 'demands feature 100',
  },
  {
    title: 'Malformed bech32 string (no 1)',
    invoice:
      'pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpuyk0sg5g70me25alkluzd2x62aysf2pyy8edtjeevuv4p2d5p76r4zkmneet7uvyakky2zr4cusd45tftc9c5fh0nnqpnl2jfll544esqchsrny',
    refused: 'prefix',
  },
  {
    title: 'Signature is not recoverable.',
    invoice:
      'lnbc2500u1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5xysxxatsyp3k7enxv4jsxqzpusp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9qrsgqwgt7mcn5yqw3yx0w94pswkpq6j9uh6xfqqqtsk4tnarugeektd4hg5975x9am52rz4qskukxdmjemg92vvqz8nvmsye63r5ykel43pgz7zq0g2',
    refused: 'invoice_invalid',
  },
  {
    title: 'Invalid multiplier',
    invoice:
      'lnbc2500x1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5xysxxatsyp3k7enxv4jsxqzpusp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9qrsgqrrzc4cvfue4zp3hggxp47ag7xnrlr8vgcmkjxk3j5jqethnumgkpqp23z9jclu3v0a7e0aruz366e9wqdykw6dxhdzcjjhldxq0w6wgqcnu43j',
    refused: 'prefix',
  },
  {
    title: 'Missing required `s` field.',
    invoice:
      'lnbc20m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqhp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqs9qrsgq7ea976txfraylvgzuxs8kgcw23ezlrszfnh8r6qtfpr6cxga50aj6txm9rxrydzd06dfeawfk6swupvz4erwnyutnjq7x39ymw6j38gp49qdkj',
    refused: 'no payment secret',
  },
]

/** Made with the package bolt11, for ten minutes, at second 1,790,000,000. */
export const GENERATED: readonly {
  /** Undefined for simnet. */
  readonly network: BitcoinNetwork | undefined
  readonly amountMsat: number
  readonly invoice: string
  readonly paymentHash: string
}[] = [
  {
    network: 'bitcoin',
    amountMsat: 1,
    invoice:
      'lnbc10p1p4tzwuqpp5g4hacr0476lsmwxd5nrmtvj3sds9p5ymwm48e8n2rasndjj3msnsdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgqv9gppgszjcme5pgkqffszsamr932y74wc8fvwpcc8ya9u3r8xu4p8wzyk6le59g74eem2777a5dqa4qgcqnkjd4xdq2ny2rsq66k2rqp7pv3w3',
    paymentHash: '456fdc0df5f6bf0db8cda4c7b5b251836050d09b76ea7c9e6a1f6136ca51dc27',
  },
  {
    network: 'bitcoin',
    amountMsat: 10500,
    invoice:
      'lnbc105n1p4tzwuqpp5fkxha588ylt9sa6k9xq25xt56qvzw2mgdrgjz6fnzk5gmqm3a77qdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgq9l3x8en7ewsmgmqm42m5revg40q6zdndq6jc6a68z7a90g0z9azsnnk6ltjplwfl2270weq0fytdhu0xwkzvf46vvu436pjjx5luz7gquzcg4a',
    paymentHash: '4d8d7ed0e727d65877562980aa1974d018272b6868d121693315a88d8371efbc',
  },
  {
    network: 'regtest',
    amountMsat: 1,
    invoice:
      'lnbcrt10p1p4tzwuqpp5amu8zwnsqq4hj5n7fc9tz23lfcytxd4dwdzkk8v2a6uesjn6jnnsdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgqen044jezhu79c00esp7fq0s7vx3sw6r2ctk23rrf9agfcpg5qdszuqpvxk6yrps3f95thp5c3cfqp7rmlf5k8yqd5tuchlesfvpmkmcqwfm54e',
    paymentHash: 'eef8713a70002b79527e4e0ab12a3f4e08b336ad73456b1d8aeeb9984a7a94e7',
  },
  {
    network: 'regtest',
    amountMsat: 10500,
    invoice:
      'lnbcrt105n1p4tzwuqpp5l00vcqp7vwetzsyztc5mtz6yy55wlpacj4lt9pm8pf35mfhjt2cqdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgqk0j5u7wl7rayl0xguefd8mh0tg3y46eyjaxxtjh4tprsy85ueta5uay9wpul47sky52ntzm30sx6en2z3whp8w2ywuddks0cpyfc6cqprpdayw',
    paymentHash: 'fbdecc003e63b2b140825e29b58b442528ef87b8957eb287670a634da6f25ab0',
  },
  {
    network: 'testnet',
    amountMsat: 1,
    invoice:
      'lntb10p1p4tzwuqpp5fa4c7zj73z2weqhw8hylk0e0ll8ngg225rfu0tghhqxldqhxta4qdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgq66z60kychvajvf6r0e4xsmphlkuzkf7cgmendeljdhnqduwfdmqqyv03f2ps74r7my5pe7pe9wj078j7vzkzzkffs9a8vyp65u9hfaqp8nf3c5',
    paymentHash: '4f6b8f0a5e8894ec82ee3dc9fb3f2fffcf34214aa0d3c7ad17b80df682e65f6a',
  },
  {
    network: 'testnet',
    amountMsat: 10500,
    invoice:
      'lntb105n1p4tzwuqpp5ez5k94fqe6py3wlfy43zen4mu6xerde0ef02eg8dgl2h8ys77yksdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgq5y7qwyky2pl55f26mkrpx5g5tvpjs73s3yn9l33dfu9uxtdvy2cx6s990z499cfs6jsqae5ggzr33zu4lsxxj50927j4np83gsqehksp25fdhz',
    paymentHash: 'c8a962d520ce8248bbe925622ccebbe68d91b72fca5eaca0ed47d573921ef12d',
  },
  {
    network: 'signet',
    amountMsat: 1,
    invoice:
      'lntbs10p1p4tzwuqpp5zzxqwdz8374x4xwm6rdjqqtcs7x2668c2eznmz5ews8hquaetyjsdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgq89vfmpqqmdsw0wuquqtd6yhwq7vclq6npnn6zw8zwp6fhne6wanrkvyr55lfdaqcetzadrf08xckf3gngwzt00tyd2r0yda2ga23xzsqswm2sr',
    paymentHash: '108c0734478faa6a99dbd0db200178878cad68f856453d8a99740f7073b95925',
  },
  {
    network: 'signet',
    amountMsat: 10500,
    invoice:
      'lntbs105n1p4tzwuqpp5ecva7gedgdu2k5ldscjazzkcle36kru46r7g4mc59vywdme43dfsdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgqvepetwy5sghkqphcyg2959pw6wmld0fmh6a95zdlnwdzs3pd9pyrszdgnz0jc6l4xz47z85dvg9vp2awnv7j7g6f04shkuxs2arx28qpw0zkku',
    paymentHash: 'ce19df232d4378ab53ed8625d10ad8fe63ab0f95d0fc8aef142b08e6ef358b53',
  },
  {
    network: undefined,
    amountMsat: 1,
    invoice:
      'lnsb10p1p4tzwuqpp5zet0sg82qfjssmnuq6k95dcyyxqefkg9k35h0n06mtg5srtvsj9qdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgq0e89vatqvgtlj6luqt724ef97ry6dsv9qcmyegmy9f2y8lj3ztdzzgears5hcw9cavkgzlkqs8ta8zmuvzp2948dkejggrqdk9awalqq0jm770',
    paymentHash: '1656f820ea0265086e7c06ac5a3704218194d905b46977cdfadad1480d6c848a',
  },
  {
    network: undefined,
    amountMsat: 10500,
    invoice:
      'lnsb105n1p4tzwuqpp5drl93wvq9ya3gr38csa8y6e29zym4n0n7dx476wng4l439f357gqdq0fs6rqv3qw3jhxaqsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqzjccqpj9qyysgq7ccg23yz6erl2vmps8wyrhvc6ljsm03n3dswt0k7qrfs6zurae73lr7rcv5q8lydcg2p5zfw6l728npc5vdwuhdh3fy8w4qxe5v4g3sprl2z3m',
    paymentHash: '68fe58b980293b140e27c43a726b2a2889bacdf3f34d5f69d3457f589531a790',
  },
]
