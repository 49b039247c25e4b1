/*
 * The lists of names, in the order in which they are tried. A name is compared in lower case and
 * without `_`, `-`, blanks and `/`; of a JSON pointer first the whole, then (but for ids) its last
 * part.
 */
#include "base/utf8.h"
#include "match/infer.h"

enum { NAME_BYTES_MAX = 200 };

/* clang-format off */
static const char *const time_names[] = {
    "eventtime", "eventtimestamp", "eventts", "occurredat", "timestamp", "time", "ts",
    "time:timestamp", "@timestamp", "datetime", "eventdate", "eventdatetime", "derivedtstamp",
    "collectortstamp", "timestampms", "timems", "createdat", "created", "loggedat", "receivedat",
    "senttime", "sentat", "servertime", "clienttime", "servertimestamp", "starttime",
    "completetime", "date", "day", "t", NULL};

static const char *const customer_names[] = {
    "userid", "customerid", "visitorid", "clientid", "memberid", "guestid", "patientid", "personid",
    "contactid", "accountid", "userpseudoid", "distinctid", "domainuserid", "networkuserid",
    "fullvisitorid", "deviceid", "anonymousid", "anonid", "cookieid", "cookie", "uid", "cid", NULL};

static const char *const person_names[] = {
    "customer", "user", "visitor", "client", "member", "guest", "username", "login", "email",
    "account", "case:concept:name", "caseid", "case", "journey", "device", "phone", "host",
    "remoteaddr", "clientip", "useripaddress", "ipaddress", "ip", NULL};

static const char *const event_names[] = {
    "eventname", "event", "eventtype", "eventaction", "action", "activity", "concept:name",
    "activityname", "touchpoint", "page", "pagename", "screen", "screenname", "step", "name",
    "namespace", "channel", "type", "kind", "operation", "verb", "task", NULL};

static const char *const url_names[] = {
    "path", "pagepath", "pathname", "requestpath", "url", "pageurl", "pagelocation", "uri",
    "requesturi", "href", "link", "target", NULL};

static const char *const id_names[] = {
    "eventid", "messageid", "insertid", "$insertid", "eventuuid", "uuid", "hitid", "rowid", "id",
    NULL};

static const char *const value_names[] = {
    "value", "revenue", "price", "amount", "total", "eventvalue", "conversionvalue", "ordervalue",
    "ordertotal", "orderamount", "totalprice", "totalamount", "purchaserevenue", "trtotal",
    "sales", "saleamount", NULL};

static const char *const session_names[] = {
    "sessionid", "usersession", "domainsessionid", "gasessionid", "visitid", "session", NULL};
/* clang-format on */

static const char *const *const lists[] = {
    [WEND_NAMES_TIME] = time_names,     [WEND_NAMES_CUSTOMER] = customer_names,
    [WEND_NAMES_PERSON] = person_names, [WEND_NAMES_EVENT] = event_names,
    [WEND_NAMES_URL] = url_names,       [WEND_NAMES_ID] = id_names,
    [WEND_NAMES_VALUE] = value_names,   [WEND_NAMES_SESSION] = session_names,
};

bool wend__infer_is_nameable(const struct wend_sample_field *field) {
    struct wend_bytes name = field->name;
    return name.len > 0 && name.len <= NAME_BYTES_MAX && memchr(name.data, '{', name.len) == NULL &&
           memchr(name.data, '\0', name.len) == NULL && wend__utf8_is_valid(name);
}

static bool is_ignored(uint8_t c) {
    return c == '_' || c == '-' || c == ' ' || c == '/';
}

static bool is_called(struct wend_bytes name, const char *wanted) {
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        if (is_ignored(c)) {
            continue;
        }
        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }
        if (c != (uint8_t)*wanted) {
            return false;
        }
        wanted++;
    }
    return *wanted == '\0';
}

static struct wend_bytes last_part(struct wend_bytes name) {
    size_t start = name.len;
    while (start > 0 && name.data[start - 1] != '/') {
        start--;
    }
    return wend__bytes(name.data + start, name.len - start);
}

static const struct wend_sample_field *find_called(const struct wend_sample *sample,
                                                   const char *wanted, bool by_last_part,
                                                   wend_field_check *check) {
    for (uint32_t i = 0; i < sample->field_count; i++) {
        const struct wend_sample_field *field = &sample->fields[i];
        if (by_last_part && (field->name.len == 0 || field->name.data[0] != '/')) {
            continue;
        }
        struct wend_bytes name = by_last_part ? last_part(field->name) : field->name;
        if (is_called(name, wanted) && field->count > 0 && wend__infer_is_nameable(field) &&
            check(sample, field)) {
            return field;
        }
    }
    return NULL;
}

const struct wend_sample_field *wend__infer_named(const struct wend_sample *sample,
                                                  enum wend_name_list list, wend_field_check *check,
                                                  uint32_t *rank) {
    uint32_t count = 0;
    while (lists[list][count] != NULL) {
        count++;
    }
    /* The last part `id` of a pointer names a thing of any kind. */
    uint32_t end = list == WEND_NAMES_ID ? count : 2 * count;
    for (uint32_t at = *rank == UINT32_MAX ? 0 : *rank + 1; at < end; at++) {
        const struct wend_sample_field *field =
            find_called(sample, lists[list][at % count], at >= count, check);
        if (field != NULL) {
            *rank = at;
            return field;
        }
    }
    return NULL;
}
