"""Says what is on offer, with a button that asks for its price and one that opens the page of all offers."""

# ruff: noqa: ANN001, ANN201, ARG001 - as bot builders write it

import json

BUTTONS = {
    "en": {"price": "What does it cost?", "says": "price of the speaker", "page": "All offers"},
    "hi": {"price": "दाम क्या है?", "says": "स्पीकर का दाम", "page": "सभी ऑफ़र"},
}


def main(event, context):
    """Answer a call of the node, here as on AWS Lambda: the body comes as text and goes back as text."""
    body = json.loads(event["body"])
    answer = {"status": True, "response": write_here(body)}
    return {"statusCode": 200, "body": json.dumps(answer), "headers": {"Content-Type": "application/json"}}


def write_here(body):
    """Make the messages: texts, or elements as JSON."""
    words = BUTTONS.get(body["user"]["language_code"], BUTTONS["en"])
    ask_the_price = {
        "actionable_text": words["price"],
        "location_required": False,
        "is_default": 0,
        "uri": "LAUNCH_CHANNEL",
        "type": "TEXT_ONLY",
        "payload": {"message": words["says"], "gogo_message": ""},
    }
    open_the_page = {
        "actionable_text": words["page"],
        "location_required": False,
        "is_default": 0,
        "uri": "LINK",
        "type": "APP_ACTION",
        "payload": {"url": body["env_variables"]["OFFERS_PAGE"], "gogo_message": ""},
    }
    offer = {
        "text": body["copy"]["todays_offer"],
        "type": "BUTTON",
        "data": {"items": [ask_the_price, open_the_page]},
        "isNew": False,
    }
    return [json.dumps(offer)]
