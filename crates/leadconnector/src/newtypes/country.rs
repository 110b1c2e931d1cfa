use super::checked_text;
use crate::InvalidValue;

/// A country by its code of two letters: `country` on the page. Its example is `US`.
///
/// The codes are those of ISO 3166-1 alpha-2, and `AN` (Netherlands Antilles) and `XK` (Kosovo), which the vendor's list has. That
/// list lacks `BL`, `BQ`, `CW` and `SS`; whether the server takes them is not known.
///
/// ```
/// use leadconnector::Country;
///
/// assert_eq!(Country::new("us")?.as_str(), "US");
/// assert!(Country::new("USA").is_err());
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

impl Country {
    /// Takes a code of two letters, in capital or small letters.
    ///
    /// # Errors
    ///
    /// The code is not in the list.
    pub fn new(code: impl AsRef<str>) -> Result<Self, InvalidValue> {
        let code = code.as_ref();
        Self::find(code).ok_or_else(|| {
            // What people write for a country that has another code.
            let reason = match code.to_ascii_uppercase().as_str() {
                "UK" => "is no code of ISO 3166-1: the United Kingdom is `GB`",
                "EL" => "is no code of ISO 3166-1: Greece is `GR`",
                _ => "is not a code of two letters such as `US` or `GB` (ISO 3166-1 alpha-2)",
            };
            InvalidValue::new("country", reason)
        })
    }

    fn find(code: &str) -> Option<Self> {
        let code = <[u8; 2]>::try_from(code.as_bytes()).ok()?.map(|letter| letter.to_ascii_uppercase());
        let (codes, _) = CODES.as_bytes().as_chunks::<3>();
        let place = 3 * codes.binary_search_by_key(&code, |&[first, second, _]| [first, second]).ok()?;
        CODES.get(place..place + 2).map(Self)
    }
}

checked_text!(Country);

/// In the order of the alphabet, each followed by a space.
const CODES: &str = "\
    AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ \
    BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ \
    DE DJ DK DM DO DZ \
    EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY \
    HK HM HN HR HT HU \
    ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP \
    KE KG KH KI KM KN KP KR KW KY KZ \
    LA LB LC LI LK LR LS LT LU LV LY \
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ \
    NA NC NE NF NG NI NL NO NP NR NU NZ \
    OM \
    PA PE PF PG PH PK PL PM PN PR PS PT PW PY \
    QA \
    RE RO RS RU RW \
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ \
    TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ \
    UA UG UM US UY UZ \
    VA VC VE VG VI VN VU \
    WF WS \
    XK \
    YE YT \
    ZA ZM ZW \
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_list_is_found() {
        for code in CODES.split_ascii_whitespace() {
            assert_eq!(Country::new(code.to_ascii_lowercase()).map(|country| country.0), Ok(code));
        }
    }
}
