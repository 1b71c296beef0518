// Emoji short names for the ones that people and apps use most.
// The one rule: an unknown name stays as it was written, `:like_this:`, as in Slack.

const LIST = `
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|no_entry ⛔|no_entry_sign 🚫
warning ⚠️|rotating_light 🚨|bangbang ‼️|exclamation ❗|grey_exclamation ❕|question ❓|grey_question ❔|information_source ℹ️
large_green_circle 🟢|large_yellow_circle 🟡|large_orange_circle 🟠|red_circle 🔴|large_red_circle 🔴|large_blue_circle 🔵|large_purple_circle 🟣|white_circle ⚪|black_circle ⚫
large_green_square 🟩|large_yellow_square 🟨|large_orange_square 🟧|large_red_square 🟥|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛
large_blue_diamond 🔷|large_orange_diamond 🔶|small_blue_diamond 🔹|small_orange_diamond 🔸
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|timer_clock ⏲️|clock1 🕐|clock3 🕒|clock9 🕘|watch ⌚|calendar 📅|date 📅|spiral_calendar_pad 🗓️
arrow_forward ▶️|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_upper_right ↗️|arrow_lower_right ↘️|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|fast_forward ⏩|rewind ⏪
double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|stop_button ⏹️|black_right_pointing_double_triangle_with_vertical_bar ⏭️|next_track_button ⏭️
arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|twisted_rightwards_arrows 🔀|end 🔚|soon 🔜|new 🆕|ok 🆗|sos 🆘|free 🆓
checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️|crossed_flags 🎌|trophy 🏆|medal 🏅|first_place_medal 🥇|dart 🎯|tada 🎉|confetti_ball 🎊|balloon 🎈|fireworks 🎆
rocket 🚀|airplane ✈️|construction 🚧|building_construction 🏗️|vertical_traffic_light 🚦|traffic_light 🚥|octagonal_sign 🛑|anchor ⚓|ship 🚢|ambulance 🚑|fire_engine 🚒
bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speaker 🔈|mute 🔇|speech_balloon 💬|left_speech_bubble 🗨️|thought_balloon 💭|zzz 💤
memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄|bookmark_tabs 📑|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|books 📚|book 📖|notebook 📓|label 🏷️|bookmark 🔖
pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗|scissors ✂️|lock 🔒|unlock 🔓|key 🔑|closed_lock_with_key 🔐|shield 🛡️|mag 🔍|mag_right 🔎|bulb 💡
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|chart 💹|1234 🔢|hash #️⃣|scroll 📜|newspaper 📰|inbox_tray 📥|outbox_tray 📤|package 📦|email 📧|envelope ✉️|incoming_envelope 📨
computer 💻|desktop_computer 🖥️|keyboard ⌨️|floppy_disk 💾|cd 💿|minidisc 💽|electric_plug 🔌|battery 🔋|satellite_antenna 📡|globe_with_meridians 🌐|telephone_receiver 📞|phone ☎️|iphone 📱
gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|tools 🛠️|nut_and_bolt 🔩|robot_face 🤖|bug 🐛|ladybug 🐞|test_tube 🧪|microscope 🔬|magnet 🧲|toolbox 🧰|broom 🧹|recycle ♻️
fire 🔥|boom 💥|zap ⚡|star ⭐|star2 🌟|sparkles ✨|sunny ☀️|cloud ☁️|snowflake ❄️|rainbow 🌈|ocean 🌊|droplet 💧|umbrella ☂️|thermometer 🌡️
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|raised_hand ✋|raised_hands 🙌|clap 👏|pray 🙏|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|crossed_fingers 🤞|v ✌️|handshake 🤝|writing_hand ✍️|eyes 👀|ear 👂|brain 🧠
smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|rofl 🤣|slightly_smiling_face 🙂|wink 😉|blush 😊|heart_eyes 😍|sunglasses 😎|nerd_face 🤓|thinking_face 🤔|neutral_face 😐|expressionless 😑|upside_down_face 🙃
cry 😢|sob 😭|scream 😱|sweat 😓|sweat_smile 😅|weary 😩|tired_face 😫|sleeping 😴|angry 😠|rage 😡|confused 😕|worried 😟|grimacing 😬|face_with_rolling_eyes 🙄|shrug 🤷|facepalm 🤦|exploding_head 🤯|partying_face 🥳|saluting_face 🫡|skull 💀
heart ❤️|green_heart 💚|blue_heart 💙|yellow_heart 💛|purple_heart 💜|orange_heart 🧡|black_heart 🖤|broken_heart 💔|100 💯|heavy_plus_sign ➕|heavy_minus_sign ➖|heavy_multiplication_x ✖️
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟|a 🅰️|b 🅱️|o 🅾️|m Ⓜ️|tm ™️|copyright ©️
person_in_tuxedo 🤵|man 👨|woman 👩|busts_in_silhouette 👥|bust_in_silhouette 👤|office 🏢|bank 🏦|house 🏠|hospital 🏥|factory 🏭|coffee ☕|beer 🍺|pizza 🍕|cake 🍰|gift 🎁|moneybag 💰|credit_card 💳
dog 🐶|cat 🐱|turtle 🐢|snail 🐌|whale 🐳|unicorn_face 🦄|see_no_evil 🙈|evergreen_tree 🌲|four_leaf_clover 🍀|seedling 🌱|earth_africa 🌍|earth_americas 🌎|crescent_moon 🌙|dizzy 💫`;

const TABLE = new Map(
  LIST.trim()
    .split(/[|\n]/)
    .map((pair) => {
      const cut = pair.lastIndexOf(" ");
      return [pair.slice(0, cut), pair.slice(cut + 1)];
    }),
);

const TONES = ["", "", "🏻", "🏼", "🏽", "🏾", "🏿"];

/** The character for a short name ("wave", "+1::skin-tone-3"), or null. */
export function emoji(name) {
  const [plain, tone] = name.split("::skin-tone-");
  const found = TABLE.get(plain);
  return found ? found + (TONES[Number(tone)] || "") : null;
}

/** Short names that start with (first) or contain the words typed, at most `limit`. */
export function findEmoji(typed, limit = 8) {
  const names = [...TABLE.keys()];
  const first = names.filter((name) => name.startsWith(typed));
  const rest = names.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...first, ...rest].slice(0, limit).map((name) => ({ name, char: TABLE.get(name) }));
}
